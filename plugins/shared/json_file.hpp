#pragma once

#include <fcntl.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dream/sdk.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

/// JSON files that other tools own.
namespace dream::plugins {

/// What a file may hold besides JSON.
enum class Dialect : unsigned char { plain, with_comments };

[[nodiscard]] inline bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// Whatever it is: a manifest that is no regular file, or that nobody can look at, is refused, and not passed
/// over.
[[nodiscard]] inline bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::status(path, ignored).type() != std::filesystem::file_type::not_found;
}

/// "3:14", both from 1; columns are characters.
[[nodiscard]] inline std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not the continuation of one
  });
  return std::to_string(lines + 1) + ":" + std::to_string(characters + 1);
}

/// The parser's sentence as a part of ours. `rest`: what stands from there on.
[[nodiscard]] inline std::string parse_error_words(rapidjson::ParseErrorCode code, std::string_view rest) {
  if (code == rapidjson::kParseErrorDocumentEmpty) return "the file is empty";
  if (code == rapidjson::kParseErrorObjectMissName && rest.starts_with('}')) return "a comma before }";
  if (code == rapidjson::kParseErrorValueInvalid && rest.starts_with(']')) return "a comma before ]";
  std::string words = rapidjson::GetParseError_En(code);
  if (words.ends_with('.')) words.pop_back();
  if (!words.empty() && words.front() >= 'A' && words.front() <= 'Z') {
    words.front() = static_cast<char>(words.front() - 'A' + 'a');
  }
  return words;
}

/// A larger file is none that people or tools write, and would take dream's time and memory.
inline constexpr std::size_t max_json_file = std::size_t{4} << 20U;

/// Of a file that nothing can be made of: the host then runs nothing, and doesn't wait for the step's turn.
inline constexpr dream_status unusable_file = DREAM_E_UNSUPPORTED;

/// Where a line of a merge begins that git couldn't finish; npos: there is none.
[[nodiscard]] inline std::size_t merge_conflict_in(std::string_view text) {
  constexpr std::string_view mark = "<<<<<<< ";
  if (text.starts_with(mark)) return 0;
  const std::size_t end_of_line = text.find("\n<<<<<<< ");
  return end_of_line == std::string_view::npos ? end_of_line : end_of_line + 1;
}

/// The bytes of a regular file, which never makes the reader wait.
[[nodiscard]] inline sdk::Result<std::string> read_text(const std::filesystem::path& path) {
  const auto failure = [&](const std::string& why) {
    return sdk::Failure{unusable_file, path.string() + " can't be read: " + why};
  };
  std::error_code unknown;
  const std::filesystem::file_type type = std::filesystem::status(path, unknown).type();
  if (type == std::filesystem::file_type::none) return failure(unknown.message());
  if (type != std::filesystem::file_type::regular) return failure("it is no regular file");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return failure(std::strerror(errno));
  std::string text;
  std::array<char, 16384> buffer;  // NOLINT(*-member-init): read() fills it
  ssize_t got = 0;
  do {
    got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  } while ((got > 0 && text.size() <= max_json_file) || (got < 0 && errno == EINTR));
  const int problem = errno;
  ::close(descriptor);
  if (got < 0) return failure(std::strerror(problem));
  if (text.size() > max_json_file) return failure("it is larger than 4 MiB");
  return text;
}

/// The object that a file holds. A failure names the place that is wrong.
[[nodiscard]] inline sdk::Result<rapidjson::Document> read_object(const std::filesystem::path& path,
                                                                  Dialect dialect) {
  constexpr unsigned plain = rapidjson::kParseIterativeFlag;
  constexpr unsigned with_comments =
      plain | rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;
  const sdk::Result<std::string> content = read_text(path);
  if (!content) return content.failure();
  std::string_view text = *content;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  rapidjson::Document document;
  if (dialect == Dialect::plain) {
    document.Parse<plain>(text.data(), text.size());
  } else {
    document.Parse<with_comments>(text.data(), text.size());
  }
  const auto wrong = [&](std::size_t offset, const std::string& what) {
    return sdk::Failure{unusable_file, path.string() + ":" + place_of(text, offset) + ": " + what};
  };
  if (document.HasParseError()) {
    if (const std::size_t conflict = merge_conflict_in(text); conflict != std::string_view::npos)
      return wrong(conflict, "a merge conflict (<<<<<<<)");
    const std::size_t offset = document.GetErrorOffset();
    return wrong(offset,
                 parse_error_words(document.GetParseError(), text.substr(std::min(offset, text.size()))));
  }
  if (!document.IsObject()) return wrong(0, "expected an object");
  return document;
}

}  // namespace dream::plugins
