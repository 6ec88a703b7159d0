#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dream::survival {

/// The test's end of the fifo that every survivor holds open. Every wait has a deadline that only what hangs
/// meets, and then throws.
class LifeLine {
 public:
  explicit LifeLine(const std::filesystem::path& folder);
  ~LifeLine();
  LifeLine(const LifeLine&) = delete;
  LifeLine& operator=(const LifeLine&) = delete;

  /// Blocks until so many processes have written `word`.
  void await(const std::string& word, std::size_t count);
  /// Blocks until every process that ever held the line is gone.
  void await_end();
  /// The same for so long at most: whether they are gone.
  [[nodiscard]] bool ends_within(int milliseconds);

  /// Who wrote `word`, as often as they wrote it, in the order they did.
  [[nodiscard]] const std::vector<pid_t>& who(const std::string& word) { return said_[word]; }

 private:
  /// Reads more, or the end. False when nothing comes for so long.
  bool read_more(int milliseconds);
  void take_lines();

  int own_end_ = -1;  ///< keeps the end of the file away until await_end
  int descriptor_ = -1;
  bool ended_ = false;
  std::string text_;
  std::map<std::string, std::vector<pid_t>> said_;
};

}  // namespace dream::survival
