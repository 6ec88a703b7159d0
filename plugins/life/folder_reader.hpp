#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "http/asio.hpp"
#include "shared/folder_archive.hpp"

namespace dream::life {

namespace asio = boost::asio;
using http::Async;

/// Reads a folder as an archive on a thread of its own, so that what else the engine's thread has to do
/// doesn't wait for files. Used on one thread; everything goes on there.
class FolderReader {
 public:
  /// `executor`: of the engine's thread. When its context goes, reading is broken off and has ended before.
  FolderReader(const asio::any_io_executor& executor, plugins::FolderContents contents);
  /// Breaks off what is being read, and waits for the end of that.
  ~FolderReader();
  FolderReader(const FolderReader&) = delete;
  FolderReader& operator=(const FolderReader&) = delete;

  /// As those of FolderArchive.
  [[nodiscard]] Async<sdk::Result<std::uint64_t>> list();
  [[nodiscard]] Async<sdk::Result<std::string>> next();
  void interrupt() { archive_.interrupt(); }

 private:
  class Readers;

  Readers& readers_;
  plugins::FolderArchive archive_;
  asio::thread_pool thread_{1};  // the last: it is joined before what it reads goes
};

}  // namespace dream::life
