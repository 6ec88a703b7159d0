#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/open_file.hpp"
#include "base/result.hpp"
#include "config/diagnostics.hpp"
#include "config/outside.hpp"
#include "config/secrets.hpp"
#include "config/source_text.hpp"
#include "plan/workspace.hpp"

namespace dream::config {

class Tree;

/// What a file begins with that `dream init` has written.
inline constexpr std::string_view begin_of_init = "{\n  // Written by dream init.";

/// What else there is to know of a tree whose variables were expanded.
struct Expansions {
  Secrets secrets;
  std::vector<Problem> remarks;  ///< strings that meant something else before dream expanded any
  bool asks_dot_env = false;     ///< a variable was looked for in the root's `.env`
};

/// A dream.json as JSON: its text, its values and where they stand; merged with the files that it extends and
/// the dream.local.json beside it. What the values mean is interpret()'s business.
/// One thread only.
class Document {
 public:
  /// Larger files are refused.
  static constexpr std::size_t max_size = std::size_t{16} << 20U;

  /// Fails when the file can't be read; what is wrong inside it is in problems(). Messages call the file as
  /// `file` is written.
  [[nodiscard]] static Result<std::shared_ptr<const Document>> read(const std::filesystem::path& file);
  /// The same for a file that was found under this name.
  [[nodiscard]] static Result<std::shared_ptr<const Document>> read(const FoundFile& file,
                                                                    const std::filesystem::path& name,
                                                                    const Outside& outside = {});
  /// The same for a text that is in memory.
  [[nodiscard]] static std::shared_ptr<const Document> parse(const std::filesystem::path& file,
                                                             std::string text, const Outside& outside = {});

  Document(const std::filesystem::path& file, std::string text, const Outside& outside);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// As it was passed in.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] const Sources& source() const { return sources_; }
  /// The paths of the files that it extends, from the root.
  [[nodiscard]] const std::vector<std::string>& extended() const { return extended_; }
  [[nodiscard]] Position position(SourceOffset offset) const { return sources_.position(offset.value); }
  /// "dream.json:12:7", for Error::where.
  [[nodiscard]] std::string place(SourceOffset offset) const { return sources_.place(offset); }

  /// Broken syntax, duplicate keys and the like.
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
  /// What is right, but meant something else before variables were expanded.
  [[nodiscard]] const std::vector<Problem>& remarks() const { return expansions_.remarks; }
  /// What dream must not show of the values that came by `${NAME}`.
  [[nodiscard]] const Secrets& secrets() const { return expansions_.secrets; }
  /// A text of dream's own without it.
  [[nodiscard]] std::string masked(std::string text) const {
    return expansions_.secrets.masked(std::move(text));
  }
  /// Whether a variable was looked for in the `.env` beside it.
  [[nodiscard]] bool asks_dot_env() const { return expansions_.asks_dot_env; }
  /// nullptr when a text is no JSON.
  [[nodiscard]] const Tree* tree() const { return tree_.get(); }

  /// The `options` objects at these places merged (RFC 7396), lowest precedence first, as JSON text. A place
  /// without an object counts as an empty one.
  [[nodiscard]] std::string options(std::span<const OptionsPointer> layers) const;
  /// Where a value of the merged options (by its JSON pointer) was set: in the highest layer that has it;
  /// else its nearest parent that exists. Unknown without layers.
  [[nodiscard]] SourceOffset locate_option(std::span<const OptionsPointer> layers,
                                           std::string_view pointer) const;
  /// A message about a value of the merged options without the value itself, if it came from a variable or
  /// its name says that it is a secret.
  [[nodiscard]] std::string masked_option(std::span<const OptionsPointer> layers, std::string_view pointer,
                                          std::string message) const;

 private:
  std::filesystem::path file_;
  Sources sources_;
  std::vector<std::string> extended_;
  std::vector<Problem> problems_;
  std::unique_ptr<Tree> tree_;
  Expansions expansions_;
};

}  // namespace dream::config
