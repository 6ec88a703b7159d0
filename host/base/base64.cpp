#include "base/base64.hpp"

#include <boost/beast/core/detail/base64.hpp>

namespace dream {

namespace base64 = boost::beast::detail::base64;

std::string to_base64(std::string_view bytes) {
  std::string text(base64::encoded_size(bytes.size()), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes(base64::decoded_size(text.size() + 3), '\0');
  const auto [size, read] = base64::decode(bytes.data(), text.data(), text.size());
  if (read != text.size() || text.size() % 4 == 1) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace dream
