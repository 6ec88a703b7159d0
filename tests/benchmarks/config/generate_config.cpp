#include <cstdio>
#include <cstdlib>
#include <string>

/// Writes a dream.json with many projects to stdout, about 1.2 kB each: dependencies, tasks, environment,
/// options. The same number gives the same bytes.
namespace {

std::string project(unsigned long number) {
  return "./packages/group-" + std::to_string(number / 100) + "/package-" + std::to_string(number);
}

void write_dependencies(unsigned long number) {
  std::printf("    \"%s\": {\n", project(number).c_str());
  std::printf("      \"build\": [");
  // Towards smaller numbers only: no cycle.
  const char* separator = "";
  for (unsigned long step = 1; step <= 4 && step <= number; ++step) {
    std::printf("%s\"%s\"", separator, project(number - step).c_str());
    separator = ", ";
  }
  std::printf("],\n      \"dev\": [");
  separator = "\n";
  for (unsigned long step = 1; step <= 2 && step <= number; ++step) {
    std::printf(
        "%s        { \"projectPath\": \"%s\", \"task\": \"start\", \"async\": true, \"required\": true, "
        "\"delay\": %lu }",
        separator, project(number - step).c_str(), number % 3000);
    separator = ",\n";
  }
  std::printf("]\n    }");
}

void write_settings(unsigned long number) {
  std::printf("    \"%s\": {\n", project(number).c_str());
  std::printf("      \"executor\": \"%s\",\n", number % 2 == 0 ? "npm" : "shell");
  std::printf(
      "      \"options\": { \"image\": \"registry.example.com/group/package:%lu\", \"ports\": [%lu, %lu], "
      "\"labels\": { \"owner\": \"team-%lu\", \"tier\": \"backend\" } },\n",
      number, 1000 + number % 50000, 2000 + number % 50000, number % 40);
  std::printf(
      "      \"env\": { \"PACKAGE_NAME\": \"package-%lu\", \"LOG_LEVEL\": \"info\", \"REGION\": "
      "\"eu-central-1\" },\n",
      number);
  std::printf("      \"tasks\": {\n");
  std::printf(
      "        \"build\": { \"command\": [\"node\", \"build.js\", \"--package\", \"package-%lu\"], "
      "\"timeout\": 60000 },\n",
      number);
  std::printf(
      "        \"start\": { \"command\": \"node server.js --port %lu\", \"service\": true, "
      "\"stop\": { \"signal\": \"SIGINT\", \"graceMs\": 10000 } },\n",
      1000 + number % 50000);
  std::printf(
      "        \"dev\": { \"command\": \"node server.js --watch\", \"env\": { \"NODE_ENV\": \"development\" "
      "} }\n");
  std::printf("      }\n    }");
}

}  // namespace

int main(int argument_count, char** arguments) {
  const unsigned long count = argument_count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 10'000;
  std::printf("{\n  // %lu projects\n  \"workspace\": {\n", count);
  for (unsigned long number = 0; number < count; ++number) {
    write_dependencies(number);
    std::printf(number + 1 < count ? ",\n" : "\n");
  }
  std::printf("  },\n  \"tasks\": { \"dev\": { \"async\": false, \"required\": true, \"delay\": 0 } },\n");
  std::printf("  \"recursive\": [{ \"project\": \"%s\", \"tasks\": [\"build\"] }],\n",
              project(count - 1).c_str());
  std::printf("  \"projects\": {\n");
  for (unsigned long number = 0; number < count; ++number) {
    write_settings(number);
    std::printf(number + 1 < count ? ",\n" : "\n");
  }
  std::printf("  }\n}\n");
  return 0;
}
