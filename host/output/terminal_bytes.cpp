#include "output/terminal_bytes.hpp"

namespace dream::output {

std::string without_sequences(std::string_view bytes) {
  constexpr std::string_view kept = "\n\r\t\b";
  EscapeScanner scanner;
  std::string text;
  for (const char c : bytes)
    if (scanner.is_text(c) && (!is_control(c) || kept.find(c) != std::string_view::npos)) text += c;
  return text;
}

}  // namespace dream::output
