#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dream::output {

/// One of dream's own output descriptors. Writes never block the loop, whatever it is (pipe, terminal, file,
/// socket), unless no descriptor was left to wait with when this was made. They never change the descriptor's
/// flags, which it shares with other programs. Bytes are kept until written.
class Writer {
 public:
  /// Pending bytes above which room() is false; producers hold back, so memory stays bounded.
  static constexpr std::size_t high_water = std::size_t{1} << 20;

  struct Callbacks {
    std::function<void()> on_room;  ///< room() is true again
    std::function<void(int error)>
        on_lost;  ///< nothing can be written any more: EPIPE when the reader went away
  };

  /// `descriptor` stays the caller's and must outlive the writer.
  Writer(boost::asio::io_context& context, int descriptor, Callbacks callbacks);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Appends to the pending bytes, which are written at the end of this turn of the loop.
  void append(std::string_view bytes) { gathered_.append(bytes); }
  /// After one or more appends.
  void commit();

  [[nodiscard]] bool room() const noexcept { return pending() < high_water; }
  [[nodiscard]] std::size_t pending() const noexcept { return gathered_.size() + batch_.size() - written_; }
  /// All bytes ever written: tells a slow reader from a stuck one.
  [[nodiscard]] std::size_t total_written() const noexcept { return total_written_; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  [[nodiscard]] bool is_terminal() const noexcept { return terminal_; }
  /// Of the terminal's window; 0 where there is none or it doesn't say.
  [[nodiscard]] std::size_t window_columns() const;

  /// Drops what is pending and all that comes: nobody will read it.
  void abandon();

 private:
  /// How a write is kept from blocking.
  enum class Kind : unsigned char {
    file,      ///< never blocks
    reopened,  ///< an open file of our own, non-blocking
    socket,    ///< by a flag of each write
    guarded,   ///< asked before each write, which is small
  };

  void classify();
  void make_watch();
  void watch_for(std::uint32_t events);
  void wait();
  void ready();
  void flush();
  /// Later, by the watch; without one, here.
  void wait_for_room();
  /// As write(2), but never blocks: -1 and EAGAIN instead.
  ssize_t write_some(std::string_view bytes) const;
  void lose(int error);
  void drop_pending();

  boost::asio::io_context& context_;
  int descriptor_;
  Callbacks callbacks_;
  Kind kind_ = Kind::file;
  int target_;  ///< what is written to: `descriptor_`, or the one reopened
  /// An epoll instance in which the target is: Asio makes what it waits for non-blocking. None: it is a file,
  /// or no descriptor was left.
  std::optional<boost::asio::posix::stream_descriptor> watch_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::string gathered_;     ///< what is to be written after the batch
  std::string batch_;        ///< what is being written
  std::size_t written_ = 0;  ///< of the batch
  std::size_t total_written_ = 0;
  bool flush_posted_ = false;
  bool waiting_ = false;
  bool was_full_ = false;
  bool lost_ = false;
  bool terminal_ = false;
};

}  // namespace dream::output
