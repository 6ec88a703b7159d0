#pragma once

namespace dream::output {

/// Which of dream's two outputs shows colours: one may be a terminal, and the other a file.
struct Colors {
  bool out = false;
  bool err = false;
};

}  // namespace dream::output
