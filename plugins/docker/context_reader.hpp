#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <string>

#include "build_context.hpp"
#include "transport.hpp"

namespace dream::docker {

/// Reads a build context on a thread of its own, so that what else the engine's thread has to do doesn't wait
/// for files. Used on one thread; everything goes on there.
class ContextReader {
 public:
  ContextReader(std::filesystem::path folder, std::filesystem::path dockerfile)
      : context_(std::move(folder), std::move(dockerfile)) {}
  /// Breaks off what is being read, and waits for the end of that.
  ~ContextReader() { interrupt(); }
  ContextReader(const ContextReader&) = delete;
  ContextReader& operator=(const ContextReader&) = delete;

  [[nodiscard]] const std::string& dockerfile() const { return context_.dockerfile(); }
  /// As those of BuildContext.
  [[nodiscard]] Async<sdk::Result<void>> list();
  [[nodiscard]] Async<sdk::Result<std::string>> next();
  void interrupt() { context_.interrupt(); }

 private:
  BuildContext context_;
  asio::thread_pool thread_{1};  // the last: it is joined before what it reads goes
};

}  // namespace dream::docker
