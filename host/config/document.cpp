#include "config/document.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/expansion.hpp"
#include "config/file_rule.hpp"
#include "config/json.hpp"
#include "config/read_file.hpp"
#include "config/scanner.hpp"
#include "config/structure.hpp"
#include "config/syntax_error.hpp"

namespace dream::config {

namespace {

/// What makes a text unfit for the parser, which would silently stop at a NUL.
void check_bytes(const SourceText& source, ProblemList& problems) {
  const std::string_view text = source.text();
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    problems.add({Severity::error, {nul}, {}, "a NUL byte in the file", "dream.json is a text in UTF-8"});
  }
  const std::size_t invalid = find_invalid_utf8(text);
  if (invalid != std::string_view::npos) {
    problems.add(
        {Severity::error,
         {invalid},
         {},
         fmt::format("the byte 0x{:02x} is not valid UTF-8", static_cast<unsigned char>(text[invalid])),
         "save the file as UTF-8"});
  }
}

}  // namespace

Result<std::shared_ptr<const Document>> Document::read(const FoundFile& file,
                                                       const std::filesystem::path& name,
                                                       const Outside& outside) {
  auto text = read_file(file, name, {.size = max_size});
  if (!text) return text.error();
  return parse(name, std::move(*text), outside);
}

Result<std::shared_ptr<const Document>> Document::read(const std::filesystem::path& file) {
  const auto found = FileRule().find(file);
  if (!found) return found.error();
  if (!*found) return no_such_file(file);
  return read(**found, file);
}

std::shared_ptr<const Document> Document::parse(const std::filesystem::path& file, std::string text,
                                                const Outside& outside) {
  return std::make_shared<const Document>(file, std::move(text), outside);
}

Document::Document(const std::filesystem::path& file, std::string text, const Outside& outside)
    : file_(file), source_(file.string(), std::move(text)) {
  ProblemList problems;
  check_bytes(source_, problems);
  problems_ = problems.take();
  if (!problems_.empty()) return;
  auto tree = std::make_unique<Tree>(source_);
  if (tree->error() != rapidjson::kParseErrorNone) {
    problems_.push_back(syntax_error(*tree));
    return;
  }
  check_structure(*tree, problems);
  expansions_ = expand_variables(*tree, file.parent_path(), outside, problems);
  problems_ = problems.take();
  tree_ = std::move(tree);
}

Document::~Document() = default;

}  // namespace dream::config
