#include "config/document.hpp"

#include <utility>

#include "config/expansion.hpp"
#include "config/file_rule.hpp"
#include "config/json.hpp"
#include "config/layers.hpp"
#include "config/read_file.hpp"

namespace dream::config {

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
    : file_(file) {
  ProblemList problems;
  Layers layers(file, outside, sources_, problems);
  tree_ = layers.read(std::move(text));
  extended_ = layers.take_extended();
  if (tree_) expansions_ = expand_variables(*tree_, file.parent_path(), outside, problems);
  problems_ = problems.take();
}

Document::~Document() = default;

}  // namespace dream::config
