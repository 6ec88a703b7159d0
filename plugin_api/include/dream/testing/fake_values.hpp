/// What a FakeHost keeps of the calls of a plugin.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../detail/judge.hpp"
#include "../dream.h"

namespace dream::testing {

[[nodiscard]] inline std::string text(dream_str view) {
  return view.data == nullptr ? std::string() : std::string(view.data, view.size);
}

[[nodiscard]] inline std::vector<std::string> texts(dream_strs views) {
  std::vector<std::string> copies;
  for (std::size_t index = 0; index < views.count; ++index) copies.push_back(text(views.data[index]));
  return copies;
}

/// A child that the plugin asked for. It does what the test tells FakeHost to let it do.
struct FakeChild {
  dream_child_id id = 0;
  dream_run_id run = 0;
  std::vector<std::string> argv;
  std::string directory;
  std::vector<std::string> environment;
  std::int32_t stop_signal = 0;
  std::vector<std::string> relays = {};
  std::uint32_t flags = 0;
  std::vector<std::uint32_t> terminations = {};  ///< the urgency of each
  bool alive = true;
  std::set<std::uint32_t> paused = {};               ///< streams
  std::map<std::uint32_t, std::string> unread = {};  ///< what it wrote while nobody may read it
  dream_on_exit on_exit = nullptr;
  dream_on_output on_output = nullptr;  ///< not null: the plugin takes its bytes
  void* context = nullptr;
};

/// A start that the plugin said to have failed after all.
struct FakeStartFailure {
  dream_run_id run = 0;
  dream_status code = DREAM_OK;
  std::string where, message, hint;
};

struct LoggedLine {
  std::uint32_t level;
  std::string message;
};

/// A call of the plugin's that was wrong: most are refused, as dream would.
struct FakeRefusal {
  std::string function;  ///< "process.spawn"
  detail::Judgement why;
};

}  // namespace dream::testing
