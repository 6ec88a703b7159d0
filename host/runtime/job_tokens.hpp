#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/ids.hpp"
#include "base/loop_watch.hpp"
#include "plan/plan.hpp"

namespace dream::runtime {

/// The slots of a run as GNU make's jobserver: each attempt in front holds one token while it runs, and make,
/// cargo and the like below it take more of them for what they run beside, so that all together are never
/// more than the jobs there are. Below a make that has a jobserver its tokens are taken instead.
class JobTokens {
 public:
  /// Takes part in the jobserver that MAKEFLAGS of this program names, where that can be used; else makes one
  /// with `jobs` tokens: a pipe that is inherited, or one of the name `fifo`, a path where nothing is yet.
  /// nullptr: there is none, and there can be none.
  [[nodiscard]] static std::unique_ptr<JobTokens> make(boost::asio::io_context& context, std::size_t jobs,
                                                       const std::vector<std::string>& environment,
                                                       const std::string& fifo = {});
  ~JobTokens();
  JobTokens(const JobTokens&) = delete;
  JobTokens& operator=(const JobTokens&) = delete;

  /// Attempts of this step hold one, and programs below it share them.
  [[nodiscard]] static bool is_for(const Step& step) { return !step.background && !step.finally; }

  /// Calls `start` when the attempt has a token: at once if there is one, else later on the loop. In the
  /// order of the calls.
  void acquire(Attempt attempt, std::function<void()> start);
  /// It isn't to be started any more. True: it was waiting.
  bool withdraw(Attempt attempt);
  /// The attempt is over: its token goes back, or it waits for none any more.
  void release(Attempt attempt);

  /// Nothing of the attempts that are over lives any more. A make that was killed has taken the tokens that
  /// it had read with it: they are replaced, unless another attempt holds one, and so may what is below it.
  void replace_lost();

  /// Rather than that of somebody above.
  [[nodiscard]] bool is_own() const { return jobs_ > 0; }
  /// What its task gets so that programs below it take part: of its own jobserver, if that has no name. The
  /// descriptors are open in this process, and stay its.
  [[nodiscard]] const std::vector<int>& descriptors() const { return descriptors_; }
  /// The environment with MAKEFLAGS; unchanged below another jobserver, which it names already.
  [[nodiscard]] std::vector<std::string> added_to(std::vector<std::string> environment) const;

 private:
  JobTokens(boost::asio::io_context& context, Descriptor read, Descriptor write);
  void take_more();
  void wait();
  void give_back(char token);

  LoopWatch read_;
  Descriptor write_;        ///< doesn't block, either
  Descriptor shared_read_;  ///< of an own one: the ends that children get; they block
  Descriptor shared_write_;
  std::vector<int> descriptors_;  ///< of an own one
  std::string fifo_;              ///< of an own one: its name; empty: it has none
  std::size_t jobs_ = 0;          ///< of an own one
  bool has_own_token_ = false;    ///< the one that this program runs by, as somebody else's job, is free
  bool broken_ = false;           ///< nobody counts any more
  /// Which attempt holds which token; none: the one that this program runs by, or nobody counts.
  std::vector<std::pair<Attempt, std::optional<char>>> held_;
  std::deque<std::pair<Attempt, std::function<void()>>> waiting_;
};

}  // namespace dream::runtime
