#include <rapidjson/document.h>

#include <cstdio>
#include <string>

/// The least that any reader of dream.json must do: read the file, parse it into a DOM.
int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  std::FILE* file = std::fopen(arguments[1], "rb");
  if (file == nullptr) return 1;
  std::fseek(file, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  const std::size_t size = std::fread(text.data(), 1, text.size(), file);
  std::fclose(file);
  rapidjson::Document document;
  // The generated file has one comment.
  document.Parse<rapidjson::kParseCommentsFlag>(text.c_str());
  return size == text.size() && document.IsObject() ? 0 : 1;
}
