#include "init/compose_text.hpp"

#include <algorithm>
#include <string_view>

namespace dream::init {

namespace {

/// What no compose file needs: an alias can stand for itself, and ten of ten each for a million nodes.
constexpr int most_levels = 64;
constexpr int most_nodes = 100'000;
/// Of all values together: an alias of a long text stands for it again and again.
constexpr std::size_t most_bytes_of_values = std::size_t{8} << 20U;

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

class Resolver {
 public:
  explicit Resolver(std::set<std::string>& unknown) : unknown_(unknown) {}

  YAML::Node resolved(const YAML::Node& node, int level = 0) {
    if (++nodes_ > most_nodes || level > most_levels)
      throw YAML::ParserException(node.Mark(), "too many values, or an alias that holds itself");
    if (node.IsScalar()) {
      bytes_ += node.Scalar().size();
      if (bytes_ > most_bytes_of_values)
        throw YAML::ParserException(node.Mark(), "too much text in its values");
      YAML::Node scalar(replaced(node.Scalar()));
      scalar.SetTag(node.Tag());  // "!": it was quoted
      return scalar;
    }
    YAML::Node copy(node.Type());
    if (node.IsSequence()) {
      for (const YAML::Node& one : node) copy.push_back(resolved(one, level + 1));
    } else if (node.IsMap()) {
      for (const auto& member : node) {
        if (member.first.IsScalar() && member.first.Scalar() != "<<")
          copy[member.first.Scalar()] = resolved(member.second, level + 1);
      }
      merge(copy, node["<<"], level);
    }
    return copy;
  }

 private:
  /// The members of `merged`, a map or a list of maps, that `own` hasn't.
  void merge(YAML::Node& own, const YAML::Node& merged, int level) {
    if (!merged) return;
    if (merged.IsSequence()) {
      for (const YAML::Node& one : merged) merge(own, one, level + 1);
      return;
    }
    const YAML::Node others = resolved(merged, level + 1);
    if (!others.IsMap()) return;
    for (const auto& member : others) {
      const std::string& name = member.first.Scalar();
      if (!own[name]) own[name] = member.second;
    }
  }

  std::string replaced(const std::string& text) {
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t dollar = std::min(rest.find('$'), rest.size());
      out += rest.substr(0, dollar);
      rest.remove_prefix(dollar);
      if (rest.empty()) break;
      rest.remove_prefix(1);
      const std::size_t brace = rest.starts_with('{') ? rest.find('}') : std::string_view::npos;
      if (rest.starts_with('$')) {
        out += '$';
        rest.remove_prefix(1);
      } else if (brace != std::string_view::npos) {
        out += value_of(rest.substr(1, brace - 1));
        rest.remove_prefix(brace + 1);
      } else {
        const std::size_t end = std::min(rest.find_first_not_of(name_characters), rest.size());
        out += end == 0 ? "$" : value_of(rest.substr(0, end));
        rest.remove_prefix(end);
      }
    }
    return out;
  }

  /// Of what stands in the braces: NAME, NAME-default, NAME:-default, or with `?` and `+`, which have no
  /// default.
  std::string value_of(std::string_view inside) {
    const std::size_t end = std::min(inside.find_first_not_of(name_characters), inside.size());
    const std::string name(inside.substr(0, end));
    std::string_view rest = inside.substr(end);
    if (rest.starts_with(':')) rest.remove_prefix(1);
    if (rest.starts_with('-')) return replaced(std::string(rest.substr(1)));
    unknown_.insert(name);
    return "${" + name + "}";
  }

  std::set<std::string>& unknown_;
  int nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

YAML::Node read_compose(const std::string& text, std::set<std::string>& unknown) {
  return Resolver(unknown).resolved(YAML::Load(text));
}

}  // namespace dream::init
