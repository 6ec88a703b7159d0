#include "init/waits.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace dream::init {

void Waits::add(const std::string& who, const std::string& what, Until until) {
  Users& users = users_[what];
  (until == Until::ended   ? users.until_ended
   : until == Until::ready ? users.until_ready
                           : users.until_started)
      .push_back(who);
}

bool Waits::is_in_front(const std::string& what) const {
  const auto found = users_.find(what);
  return found != users_.end() && !found->second.until_ended.empty() && !are_at_odds(found->second);
}

std::set<std::string> Waits::left_out() const {
  std::vector<std::string> open;
  for (const auto& [what, users] : users_)
    if (are_at_odds(users)) open.insert(open.end(), users.until_ended.begin(), users.until_ended.end());
  std::set<std::string> all;
  while (!open.empty()) {
    const std::string one = std::move(open.back());
    open.pop_back();
    const auto found = users_.find(one);
    if (!all.insert(one).second || found == users_.end()) continue;
    for (const auto& users :
         {found->second.until_started, found->second.until_ready, found->second.until_ended})
      open.insert(open.end(), users.begin(), users.end());
  }
  return all;
}

void Waits::tell(const std::string& up, const std::vector<std::string>& tasks, Draft& draft) const {
  std::vector<std::string> at_odds;
  for (const auto& [what, users] : users_) {
    if (are_at_odds(users)) at_odds.push_back(what);
    if (is_in_front(what) && !users.until_started.empty())
      draft.remark(fmt::format("{} {} when {} has ended, not beside it, as others wait for that.",
                               join_words(users.until_started),
                               users.until_started.size() == 1 ? "starts" : "start", what));
  }
  if (!tasks.empty())
    draft.remark(fmt::format(
        "Not started by `dream {}`, as {} the end of {}, which others need while it runs: {}.", up,
        tasks.size() == 1 ? "it waits for" : "they wait for", join_words(at_odds), join_words(tasks)));
}

}  // namespace dream::init
