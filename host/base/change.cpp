#include "base/change.hpp"

#include "base/text.hpp"

namespace dream {

std::string to_string(const Change& change) {
  const auto value = [](const std::optional<std::string>& text) {
    return !text ? "(none)" : text->empty() ? "\"\"" : printable(*text);
  };
  return printable(change.what) + ": " + value(change.before) + " → " + value(change.after);
}

}  // namespace dream
