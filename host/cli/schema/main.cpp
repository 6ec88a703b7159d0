#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>

#include "cli/schema/executor_rules.hpp"

namespace {

rapidjson::Document parse_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  rapidjson::Document document;
  if (document.Parse(text.c_str()).HasParseError() || !document.IsObject())
    throw std::runtime_error(path + " is no JSON object");
  return document;
}

}  // namespace

/// dream_schema_program SCHEMA [EXECUTOR OPTIONS_SCHEMA]…: writes the schema of dream.json with the options
/// of these executors, when dream is built.
int main(int argument_count, char** arguments) try {
  const std::span<char*> words(arguments, static_cast<std::size_t>(argument_count));
  rapidjson::Document whole = parse_file(words[1]);
  for (std::size_t at = 2; at + 1 < words.size(); at += 2)
    dream::cli::add_executor_rules(whole, words[at], parse_file(words[at + 1]));
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  whole.Accept(writer);
  const std::string text = std::string(buffer.GetString(), buffer.GetSize()) + "\n";
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
