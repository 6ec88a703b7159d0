#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "init/draft.hpp"

namespace dream::init {

/// Who waits for what of whom. There, some may wait until another is ready and others until it has ended. In
/// one run of dream a step is in the background or in front for all who need it.
class Waits {
 public:
  enum class Until : std::uint8_t { started, ready, ended };

  void add(const std::string& who, const std::string& what, Until until);

  /// Whether all who need it wait for its end: one does, and nobody needs it while it runs, as far as known.
  [[nodiscard]] bool is_in_front(const std::string& what) const;
  /// Those that wait for the end of what others need while it runs, and all that need these. They would come
  /// too early where all are started.
  [[nodiscard]] std::set<std::string> left_out() const;
  /// What `up`, which starts all but these, does otherwise than the other tool. `tasks`: their names.
  void tell(const std::string& up, const std::vector<std::string>& tasks, Draft& draft) const;

 private:
  struct Users {
    std::vector<std::string> until_started, until_ready, until_ended;
  };
  [[nodiscard]] static bool are_at_odds(const Users& users) {
    return !users.until_ready.empty() && !users.until_ended.empty();
  }

  std::map<std::string, Users> users_;  ///< of each that is needed
};

}  // namespace dream::init
