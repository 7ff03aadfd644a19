// Puts a platform behind its fault switches and adds the tests' own API under /__standin (no authentication):
//   GET    /__standin/effects   what happened so far (see Effects::report)
//   POST   /__standin/faults    sets the switches (see Faults::set); DELETE clears them
//   POST   /__standin/reset     forgets records, counters and faults
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/faults.hpp"
#include "tests/standin/message.hpp"
#include "tests/standin/platform.hpp"

#include <boost/asio/awaitable.hpp>

namespace navette::standin {

class Control {
  public:
    /// Borrows all three; they outlive it.
    Control(Platform& platform, Effects& effects, Faults& faults)
        : platform_(platform), effects_(effects), faults_(faults) {}

    boost::asio::awaitable<Response> answer(Request request);

  private:
    Response own_answer(const Request& request);

    Platform& platform_;
    Effects& effects_;
    Faults& faults_;
};

}  // namespace navette::standin
