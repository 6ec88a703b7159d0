#include "init_words.hpp"

#include <algorithm>
#include <string_view>

namespace dream::docker {

namespace {

/// Takes digits away, and then `next`; false: something else is there. What hasn't come yet fits.
bool take_number_and(std::string_view& text, std::string_view next) {
  text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  const std::size_t common = std::min(text.size(), next.size());
  if (text.substr(0, common) != next.substr(0, common)) return false;
  text.remove_prefix(common);
  return true;
}

/// Whether `line` is, as far as it has come, `before`, a number, `after`, and a reason, which is what is left
/// of it then.
bool take_complaint(std::string_view& line, std::string_view before, std::string_view after) {
  const std::size_t common = std::min(line.size(), before.size());
  if (line.substr(0, common) != before.substr(0, common)) return false;
  line.remove_prefix(common);
  return take_number_and(line, after);
}

}  // namespace

InitWords::Said InitWords::take(const Piece& piece) {
  if (said_ != Said::nothing_yet) return said_;
  if (piece.stream != DREAM_STDERR) return said_ = Said::words_of_the_program;
  line_ += piece.bytes;
  return said_ = judge();
}

InitWords::Said InitWords::judge() const {
  std::string_view line = std::string_view(line_).substr(0, line_.find('\n'));
  std::string_view of_tini = line;
  std::string_view of_catatonit = line;
  if (take_complaint(of_tini, "[FATAL tini (", ")] exec " + program_ + " failed: ")) {
    line = of_tini;
  } else if (take_complaint(of_catatonit, "ERROR (catatonit:", "): failed to exec pid1: ")) {
    line = of_catatonit;
  } else {
    return Said::words_of_the_program;
  }
  if (line_.find('\n') == std::string::npos) return Said::nothing_yet;
  if (line.empty()) return Said::words_of_the_program;
  const bool missing = line == "No such file or directory" || line == "Not a directory";
  return missing ? Said::no_such_program : Said::not_executable;
}

}  // namespace dream::docker
