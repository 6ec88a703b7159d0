#include "probe/http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/cut_off.hpp"
#include "base/text.hpp"

namespace dream::probe {

namespace {

constexpr std::size_t longest_shown = 80;

/// Of "HTTP/1.1 200 OK", with whatever version and with or without a reason.
std::optional<unsigned> status_in(std::string_view line) {
  constexpr std::string_view begin = "HTTP/";
  constexpr std::size_t digits = 3;
  if (!line.starts_with(begin)) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of("0123456789.", begin.size()), line.size()));
  const std::size_t number = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(number);
  if (number == 0 || line.size() < digits || (line.size() > digits && line[digits] != ' '))
    return std::nullopt;
  unsigned status = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + digits, status);
  return error == std::errc{} && end == line.data() + digits && status >= 100 ? std::optional(status)
                                                                              : std::nullopt;
}

bool is_name(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char c, char expected) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == expected;
  });
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace

bool HttpAnswer::take(std::string_view bytes) {
  while (!bytes.empty() && part_ != Part::body) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t size = std::min(newline, bytes.size());
    head_ += size + (newline != std::string_view::npos ? 1 : 0);
    if (head_ > most_of_a_head) {
      wrong_ = "doesn't answer as HTTP does: its head is longer than 64 KiB";
      return false;
    }
    line_ += bytes.substr(0, size);
    bytes.remove_prefix(std::min(size + 1, bytes.size()));
    if (newline == std::string_view::npos) return true;
    if (line_.ends_with('\r')) line_.pop_back();
    if (!take_line(line_)) return false;
    line_.clear();
  }
  body_ += bytes.size();
  return true;
}

bool HttpAnswer::take_line(std::string_view line) {
  if (part_ == Part::fields) {
    take_field(line);
    return true;
  }
  const std::optional<unsigned> status = status_in(line);
  if (status) {
    status_ = *status;
    part_ = Part::fields;
  } else {
    wrong_ = "doesn't answer as HTTP does: its first line is " + in_quotes(cut_off(line, longest_shown));
  }
  return status.has_value();
}

void HttpAnswer::take_field(std::string_view line) {
  if (!line.empty()) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = without_blanks(line.substr(0, colon));
    const std::string_view value = without_blanks(line.substr(std::min(colon + 1, line.size())));
    if (is_name(name, "transfer-encoding")) is_chunked_ = true;
    std::size_t length = most_of_a_body;
    if (is_name(name, "content-length") &&
        std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc{})
      most_ = std::min(length, most_of_a_body);
    return;
  }
  // 100 Continue and the like come before the answer.
  part_ = status_ / 100 == 1 && status_ != 101 ? Part::status : Part::body;
  if (is_chunked_ || part_ == Part::status) most_ = most_of_a_body;
  if (status_ == 204 || status_ == 304) most_ = 0;
}

std::string HttpAnswer::wrong_at_end() const {
  if (part_ == Part::status && !line_.empty() && !status_in(line_))
    return "doesn't answer as HTTP does: its first line is " + in_quotes(cut_off(line_, longest_shown));
  return "closes the connection without an answer";
}

}  // namespace dream::probe
