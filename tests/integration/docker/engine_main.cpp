// Starts and ends the engine that the tests share: `docker_engine start`, `docker_engine stop`.
#include <cstdio>
#include <exception>
#include <string_view>

#include "test_engine.hpp"

int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  auto engine = dream::docker::testing::shared_engine();
  try {
    if (what == "start") {
      engine.start();
      engine.import_image();
    } else if (what == "stop") {
      engine.stop();
    } else {
      return 2;
    }
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  return 0;
}
