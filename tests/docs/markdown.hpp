#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// What the documents' tests look at in a Markdown file.
namespace dream::docs {

/// A fenced block.
struct Block {
  std::string language;  ///< after the three backticks
  std::string text;
  std::size_t line = 0;   ///< of its fence, from 1
  std::size_t begin = 0;  ///< of its text in the document
  std::size_t end = 0;
  std::string heading;  ///< the last one before it, without its `#`
};

/// `[text](target)`.
struct Link {
  std::string target;
  std::size_t line = 0;
};

struct Document {
  std::filesystem::path path;
  std::string text;
  std::vector<Block> blocks;
  std::vector<Link> links;           ///< outside of fenced blocks and of `code`
  std::vector<std::string> anchors;  ///< what GitHub makes of the headings
};

[[nodiscard]] Document read_document(const std::filesystem::path& path);

/// The same for a text.
[[nodiscard]] Document parse_document(const std::filesystem::path& path, std::string text);

/// README.md, docs/ and the READMEs of the plugins.
[[nodiscard]] std::vector<Document> all_documents();

}  // namespace dream::docs
