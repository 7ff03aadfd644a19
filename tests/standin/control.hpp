// Puts a platform behind its fault switches and adds the tests' own API under /__standin (no authentication):
//   GET    /__standin/effects   what happened so far (see Effects::report)
//   POST   /__standin/faults    sets the switches (see Faults::set); DELETE clears them
//   GET    /__standin/deliveries  the webhooks that were sent (see Outbox::report)
//   GET    /__standin/outbox    how many webhooks are still to come
//   POST   /__standin/deliveries  lets them get lost, come twice and overtake each other (see Disorder)
//   POST   /__standin/reset     forgets records, counters, faults and deliveries
// and what the platform adds (see Platform::control).
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/faults.hpp"
#include "tests/standin/message.hpp"
#include "tests/standin/outbox.hpp"
#include "tests/standin/platform.hpp"

#include <boost/asio/awaitable.hpp>

namespace navette::standin {

class Control {
  public:
    /// Borrows all; they outlive it. `outbox` may be null.
    Control(Platform& platform, Effects& effects, Faults& faults, Outbox* outbox = nullptr)
        : platform_(platform), effects_(effects), faults_(faults), outbox_(outbox) {}

    boost::asio::awaitable<Response> answer(Request request);

  private:
    Response own_answer(const Request& request);

    Platform& platform_;
    Effects& effects_;
    Faults& faults_;
    Outbox* outbox_;
};

}  // namespace navette::standin
