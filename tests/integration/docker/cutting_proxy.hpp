#pragma once

#include <filesystem>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::docker::testing {

/// Stands before an engine's socket, and closes some of the connections that it passes on.
class CuttingProxy {
 public:
  explicit CuttingProxy(std::filesystem::path engine);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] std::string address() const { return "unix://" + path_.string(); }
  /// The next connection whose first request has `word` is closed after so many bytes from the engine.
  void cut(const std::string& word, std::size_t bytes);
  /// How many first requests had it.
  [[nodiscard]] int count(const std::string& word);

 private:
  struct Cut {
    std::string word;
    std::size_t bytes;
  };

  void serve();
  void pass_on(int client);
  /// How many bytes from the engine come through.
  std::size_t limit_of(const std::string& request);

  std::filesystem::path engine_;
  TemporaryFolder folder_;
  std::filesystem::path path_;
  int listener_;
  std::mutex mutex_;
  std::vector<Cut> cuts_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  bool ending_ = false;
  std::list<std::thread> threads_;
  std::thread server_;
};

}  // namespace dream::docker::testing
