#include "base64.hpp"

#include <algorithm>
#include <boost/beast/core/detail/base64.hpp>

namespace dream::http {

namespace base64 = boost::beast::detail::base64;

std::string base64_standard(std::string_view bytes) {
  std::string text(base64::encoded_size(bytes.size()), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
  return text;
}

std::string base64_encode(std::string_view bytes) {
  std::string text = base64_standard(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> base64_decode(std::string text) {
  std::erase_if(
      text, [](char letter) { return std::string_view(" \t\r\n").find(letter) != std::string_view::npos; });
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.ends_with('=')) text.pop_back();
  const auto known = [](unsigned char letter) { return base64::get_inverse()[letter] >= 0; };
  if (text.size() % 4 == 1 || !std::ranges::all_of(text, known)) return std::nullopt;
  std::string bytes(base64::decoded_size(text.size() + 3), '\0');
  bytes.resize(base64::decode(bytes.data(), text.data(), text.size()).first);
  return bytes;
}

}  // namespace dream::http
