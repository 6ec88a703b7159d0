#pragma once

#include <string>
#include <string_view>

#include "output/mixer.hpp"
#include "output/writer.hpp"

namespace dream::output {

/// For the raw mode: passes pieces on as they come, without labels, and adds nothing. Nobody waits for
/// anybody.
class PieceMixer : public Mixer {
 public:
  explicit PieceMixer(Writer& writer) : writer_(writer) {}

  StreamId add_stream(std::string /*label*/) override { return 0; }
  bool write(StreamId /*stream*/, std::string_view bytes) override {
    writer_.append(bytes);
    writer_.commit();
    return writer_.room();
  }
  void end(StreamId /*stream*/) override {}
  [[nodiscard]] bool room(StreamId /*stream*/) const override { return writer_.room(); }

 private:
  Writer& writer_;
};

}  // namespace dream::output
