#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop_watch.hpp"

namespace dream::probe {

/// Tells that something has happened to one file, or that it can't tell any more.
class FileWatch {
 public:
  /// `path`, relative to `directory` unless it is absolute. `happened` is called from the loop, and may
  /// destroy the watch. None where what happens to the file could stay unknown: its folder isn't there or one
  /// of another machine, a link leads to it, no watches are left.
  [[nodiscard]] static std::unique_ptr<FileWatch> open(boost::asio::io_context& context,
                                                       const std::string& directory, const std::string& path,
                                                       std::function<void()> happened);
  ~FileWatch() = default;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// It still tells everything.
  [[nodiscard]] bool holds() const;

 private:
  FileWatch(boost::asio::io_context& context, Descriptor inotify, std::string file,
            std::function<void()> happened);
  void wait();
  /// Whether something has happened.
  bool read_events();

  LoopWatch inotify_;
  std::string file_;  ///< without links in its path
  std::function<void()> happened_;
  bool lost_ = false;  ///< a folder on the way to it isn't what it was
};

}  // namespace dream::probe
