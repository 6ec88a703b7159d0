#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"

namespace dream::cli {

/// Held by whoever looks whether the same run goes on already and starts it if not, until that one can be
/// found: of several that ask for it at the same moment, one starts it.
class StartLock {
 public:
  /// Waits for the others that start what_runs(). Where no lock can be had, nobody is held up.
  explicit StartLock(const std::string& what);
  ~StartLock();
  StartLock(const StartLock&) = delete;
  StartLock& operator=(const StartLock&) = delete;

  void let_go();

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace dream::cli
