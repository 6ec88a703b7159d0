#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "process/child.hpp"

namespace dream::process {

enum class ChildId : std::uint64_t {};

/// All supervised children of this program. Makes this process the subreaper of what they leave behind; one
/// for a program, used on the loop's thread only. Costs nothing while its children run quietly.
class Supervisor {
 public:
  explicit Supervisor(boost::asio::io_context& context);
  ~Supervisor();  ///< only when no child is left
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Returns when the process runs. A failure has left nothing behind; its spec's callbacks are never called.
  [[nodiscard]] Result<ChildId> start(ChildSpec spec);
  /// Graceful: the stop signal, once, to each process of the tree. Force: SIGKILL to whatever of it turns up
  /// until nothing is left. Harmless for a child that has ended.
  void terminate(ChildId id, Urgency urgency);
  /// After on_output returned false for this stream.
  void resume_output(ChildId id, Stream stream);
  /// The root's pid, for display; 0 when it has ended.
  [[nodiscard]] pid_t pid(ChildId id) const;
  [[nodiscard]] std::size_t size() const noexcept { return children_.size(); }

 private:
  using Orphans = std::unordered_map<Child*, std::vector<ProcessStatus>>;

  void attend_soon();
  void attend();
  void attend_later();
  Orphans adopt_orphans() const;
  Child* owner_of(const ProcessStatus& orphan) const;

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  std::vector<char> scratch_;
  rlimit file_limit_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Child>> children_;
  bool attending_soon_ = false;
};

}  // namespace dream::process
