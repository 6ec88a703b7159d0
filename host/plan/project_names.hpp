#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// The names of projects, and the globs that stand for many of them.
namespace dream {

/// `services/api`, `./services/api/` and `./services/./api` become `./services/api`; the root becomes `./`.
/// Empty when the path leaves the workspace (`..` above the root), is absolute, empty, or holds a NUL.
[[nodiscard]] std::string normalise_project(const std::string& written);

/// Where the id of a step, `./db:start`, is cut: at the first colon behind the last slash. Where `is_known`
/// doesn't know the project before that, at the first of the other colons before which it knows one: a task
/// may have a slash in its name, and a project a colon. npos: it is no id. `is_known` is given both parts,
/// and is asked only if there is more than one way to cut.
[[nodiscard]] std::size_t cut_of_id(
    std::string_view id,
    const std::function<bool(std::string_view project, std::string_view task)>& is_known);

/// Whether a name has `*` or `?`, so that it stands for any number of projects.
[[nodiscard]] bool is_glob(std::string_view project);

/// What to write on a command line in place of wildcards that dream has none of: "{a,b}", "[ab]"; empty: the
/// name has none of these.
[[nodiscard]] std::string instead_of_wildcards(std::string_view project);

/// Whether a normalised project matches a pattern: `*` and `?` within one path segment; a segment `**` stands
/// for any number of segments, none too. A leading `./` of the pattern may be missing.
[[nodiscard]] bool glob_matches(const std::string& pattern, const std::string& project);

/// Many globs. A project is compared with those alone that begin like it up to their first wildcard: so
/// thousands of globs for thousands of projects cost no more than their number.
class GlobIndex {
 public:
  void add(const std::string& pattern);
  [[nodiscard]] std::size_t size() const { return patterns_.size(); }
  [[nodiscard]] bool contains(const std::string& pattern) const;
  /// The places, in the order added, of those that match.
  [[nodiscard]] std::vector<std::size_t> matching(const std::string& project) const;
  [[nodiscard]] bool any_matches(const std::string& project) const { return !matching(project).empty(); }
  /// The places of those that it is compared with.
  [[nodiscard]] std::vector<std::size_t> candidates(const std::string& project) const;

 private:
  std::vector<std::string> patterns_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_begin_;  ///< the text before the wildcards
  std::set<std::size_t> lengths_;                                       ///< of these texts
};

/// What is said of projects by globs, in the order written. An Item has a `pattern`, which stays as it is.
template <class Item>
class GlobList {
 public:
  void push_back(Item item) {
    index_.add(item.pattern);
    items_.push_back(std::move(item));
  }
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] const Item& operator[](std::size_t at) const { return items_[at]; }
  [[nodiscard]] Item& back() { return items_.back(); }
  [[nodiscard]] bool contains(const std::string& pattern) const { return index_.contains(pattern); }
  [[nodiscard]] bool any_matches(const std::string& project) const { return index_.any_matches(project); }

  /// Those that match a project, in their order.
  [[nodiscard]] std::vector<const Item*> matching(const std::string& project) const {
    std::vector<const Item*> found;
    for (const std::size_t at : index_.matching(project)) found.push_back(&items_[at]);
    return found;
  }

 private:
  std::vector<Item> items_;
  GlobIndex index_;
};

}  // namespace dream
