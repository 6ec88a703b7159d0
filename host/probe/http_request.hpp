#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/time.hpp"
#include "plan/probe.hpp"
#include "probe/schedule.hpp"

namespace dream::probe {

/// Asks every address of a host at the same time. No redirect is followed. Destroying it ends that.
class HttpRequest {
 public:
  struct Limits {
    Duration whole = longest_try;
    /// How long the rest of an answer is waited for, so that no server is cut off within a small one. Of a
    /// larger one 64 KiB are read.
    Duration body = std::chrono::milliseconds(100);
  };
  /// `done` once, from the loop: what went wrong, as the end of a sentence about the URL, or nothing when one
  /// of the addresses has answered with such a status.
  HttpRequest(boost::asio::io_context& context, Clock& clock, const HttpProbe& probe, const Limits& limits,
              std::function<void(std::string)> done);
  ~HttpRequest();
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dream::probe
