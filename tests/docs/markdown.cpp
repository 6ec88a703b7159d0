#include "docs/markdown.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace dream::docs {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_' || c == '-';
}

/// As GitHub makes it: lower case, blanks to dashes, other signs left out, a number behind a repeated one.
std::string anchor_of(std::string_view heading, const std::vector<std::string>& before) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') {
      anchor += '-';
    } else if (is_word(c)) {
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  std::string unique = anchor;
  for (int count = 1; std::find(before.begin(), before.end(), unique) != before.end(); ++count)
    unique = anchor + "-" + std::to_string(count);
  return unique;
}

/// The text of a line without what stands in `code`.
std::string without_code(std::string_view line) {
  std::string text;
  bool code = false;
  for (const char c : line) {
    if (c == '`') {
      code = !code;
    } else if (!code) {
      text += c;
    }
  }
  return text;
}

void find_links(std::string_view line, std::size_t number, std::vector<Link>& links) {
  const std::string text = without_code(line);
  for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos;) {
    at += 2;
    const std::size_t end = text.find(')', at);
    if (end == std::string::npos) return;
    links.push_back({text.substr(at, end - at), number});
  }
}

}  // namespace

Document parse_document(const fs::path& path, std::string text) {
  Document document{.path = path, .text = std::move(text), .blocks = {}, .links = {}, .anchors = {}};
  const std::string_view all = document.text;
  std::string heading;
  bool fenced = false;
  std::size_t number = 0;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = all.substr(at, end - at);
    const std::size_t next = end + 1;
    ++number;
    if (line.starts_with("```")) {
      if (fenced) {
        document.blocks.back().end = at;
        document.blocks.back().text =
            all.substr(document.blocks.back().begin, at - document.blocks.back().begin);
      } else {
        document.blocks.push_back({.language = std::string(line.substr(3)),
                                   .text = {},
                                   .line = number,
                                   .begin = next,
                                   .end = all.size(),
                                   .heading = heading});
      }
      fenced = !fenced;
    } else if (!fenced && line.starts_with('#')) {
      heading = line.substr(line.find_first_not_of('#'));
      heading.erase(0, heading.find_first_not_of(' '));
      document.anchors.push_back(anchor_of(heading, document.anchors));
    }
    if (!fenced) find_links(line, number, document.links);
    at = next;
  }
  return document;
}

Document read_document(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return parse_document(path, {std::istreambuf_iterator<char>(stream), {}});
}

std::vector<Document> all_documents() {
  const fs::path root = DREAM_SOURCE_DIR;
  std::vector<fs::path> paths{root / "README.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  for (const auto& entry : fs::directory_iterator(root / "plugins"))
    if (fs::exists(entry.path() / "README.md")) paths.push_back(entry.path() / "README.md");
  std::sort(paths.begin(), paths.end());
  std::vector<Document> documents;
  documents.reserve(paths.size());
  for (const fs::path& path : paths) documents.push_back(read_document(path));
  return documents;
}

}  // namespace dream::docs
