#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// Writes a large dream.json to stdout: by default many projects of about 1.2 kB each, with dependencies,
/// tasks, environment and options. The same words give the same bytes.
namespace {

std::string project(unsigned long number) {
  return "./packages/group-" + std::to_string(number / 100) + "/package-" + std::to_string(number);
}

void write_dependencies(std::FILE* out, unsigned long number) {
  std::fprintf(out, "    \"%s\": {\n", project(number).c_str());
  std::fprintf(out, "      \"build\": [");
  // Towards smaller numbers only: no cycle.
  const char* separator = "";
  for (unsigned long step = 1; step <= 4 && step <= number; ++step) {
    std::fprintf(out, "%s\"%s\"", separator, project(number - step).c_str());
    separator = ", ";
  }
  std::fprintf(out, "],\n      \"dev\": [");
  separator = "\n";
  for (unsigned long step = 1; step <= 2 && step <= number; ++step) {
    std::fprintf(
        out,
        "%s        { \"projectPath\": \"%s\", \"task\": \"start\", \"async\": true, \"required\": true, "
        "\"delay\": %lu }",
        separator, project(number - step).c_str(), number % 3000);
    separator = ",\n";
  }
  std::fprintf(out, "]\n    }");
}

void write_settings(std::FILE* out, unsigned long number) {
  std::fprintf(out, "    \"%s\": {\n", project(number).c_str());
  std::fprintf(out, "      \"executor\": \"%s\",\n", number % 2 == 0 ? "npm" : "shell");
  std::fprintf(
      out,
      "      \"options\": { \"image\": \"registry.example.com/group/package:%lu\", \"ports\": [%lu, %lu], "
      "\"labels\": { \"owner\": \"team-%lu\", \"tier\": \"backend\" } },\n",
      number, 1000 + number % 50000, 2000 + number % 50000, number % 40);
  std::fprintf(out,
               "      \"env\": { \"PACKAGE_NAME\": \"package-%lu\", \"LOG_LEVEL\": \"info\", \"REGION\": "
               "\"eu-central-1\" },\n",
               number);
  std::fprintf(out, "      \"tasks\": {\n");
  std::fprintf(out,
               "        \"build\": { \"command\": [\"node\", \"build.js\", \"--package\", \"package-%lu\"], "
               "\"timeout\": 60000 },\n",
               number);
  std::fprintf(out,
               "        \"start\": { \"command\": \"node server.js --port %lu\", \"service\": true, "
               "\"stop\": { \"signal\": \"SIGINT\", \"graceMs\": 10000 } },\n",
               1000 + number % 50000);
  std::fprintf(
      out,
      "        \"dev\": { \"command\": \"node server.js --watch\", \"env\": { \"NODE_ENV\": \"development\" "
      "} }\n");
  std::fprintf(out, "      }\n    }");
}

/// Many projects as people have them.
void write_workspace(std::FILE* out, unsigned long count) {
  std::fprintf(out, "{\n  /* %lu projects */\n  \"workspace\": {\n", count);
  for (unsigned long number = 0; number < count; ++number) {
    write_dependencies(out, number);
    std::fprintf(out, number + 1 < count ? ",\n" : "\n");
  }
  std::fprintf(out,
               "  },\n  \"tasks\": { \"dev\": { \"async\": false, \"required\": true, \"delay\": 0 } },\n");
  std::fprintf(out, "  \"recursive\": [{ \"project\": \"%s\", \"tasks\": [\"build\"] }],\n",
               project(count - 1).c_str());
  std::fprintf(out, "  \"projects\": {\n");
  for (unsigned long number = 0; number < count; ++number) {
    write_settings(out, number);
    std::fprintf(out, number + 1 < count ? ",\n" : "\n");
  }
  std::fprintf(out, "  }\n}\n");
}

/// The least that makes a step each: one array, or a chain of projects. `dream -C DIR plan go -p ./ -r` has
/// them all.
void write_steps(std::FILE* out, unsigned long count, bool chain) {
  std::fprintf(out, "{ \"workspace\": {\n\"./\": { \"go\": [\n");
  for (unsigned long number = 0; number < count; ++number) {
    const char* separator = number == 0 ? "" : chain ? "] },\n" : ",\n";
    std::fprintf(out, "%s", separator);
    if (chain && number > 0) std::fprintf(out, "\"./p%lu\": { \"go\": [", number - 1);
    std::fprintf(out, "{ \"projectPath\": \"./p%lu\", \"delay\": 1 }", number);
  }
  std::fprintf(out, "] }\n} }\n");
}

/// A key that nobody knows, each time.
void write_problems(std::FILE* out, unsigned long count) {
  std::fprintf(out, "{\n");
  for (unsigned long number = 0; number < count; ++number) std::fprintf(out, "\"unknown-%lu\": 1,\n", number);
  std::fprintf(out, "\"tasks\": {}\n}\n");
}

/// One string of `count` kB.
void write_string(std::FILE* out, unsigned long count) {
  std::fprintf(out, "{ \"tasks\": { \"go\": { \"command\": \"");
  for (unsigned long number = 0; number < count; ++number) std::fprintf(out, "%01000d", 0);
  std::fprintf(out, "\" } }, \"projects\": { \"./\": {} } }\n");
}

}  // namespace

/// generate_config [COUNT [workspace|steps|chain|problems|string [one-line]]]
int main(int argument_count, char** arguments) {
  const unsigned long count = argument_count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 10'000;
  const std::string_view shape = argument_count > 2 ? arguments[2] : "workspace";
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  if (shape == "workspace") write_workspace(out, count);
  if (shape == "steps" || shape == "chain") write_steps(out, count, shape == "chain");
  if (shape == "problems") write_problems(out, count);
  if (shape == "string") write_string(out, count);
  std::fclose(out);
  if (argument_count > 3) std::replace(text, text + size, '\n', ' ');
  const bool written = std::fwrite(text, 1, size, stdout) == size;
  std::free(text);
  return written ? 0 : 1;
}
