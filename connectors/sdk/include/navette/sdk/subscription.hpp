// The webhook subscriptions that a platform holds for an integration: what should be there, and what is.
#pragma once

#include <string>
#include <vector>

namespace navette::sdk {

/// What navette wants the platform to hold.
struct SubscriptionPlan {
    /// Our public address for this integration's webhooks. Subscriptions with another address are not ours:
    /// leave them alone.
    std::string url;
    /// The secret to sign with, where the platform lets us choose it: of the first of the manifest's
    /// `webhooks.secrets` that is set, the newest, which stands last; empty where none is.
    std::string secret;
    /// The manifest's objects whose changes are wanted; never empty.
    std::vector<std::string> objects;
    /// False: only look.
    bool repair = true;
};

/// One subscription: one topic of the platform, or all topics where it has one subscription for them.
struct SubscriptionState {
    enum class State {
        held,      // there and active
        missing,   // not there, or not active, or not as it should be
        repaired,  // it was missing; now it is there and active
        refused,   // it was missing, and the platform refused to make it
    };

    std::string topic;  // the platform's own name: "contact.creation", "orders/create"
    State state = State::held;
    std::string remote_id;  // empty where there is none
    std::string sentence;   // what is wrong, or what an administrator has to do; empty where it is held now
    /// The signing secret, where the platform made one up that differs from the plan's; navette keeps it
    /// sealed. Empty otherwise.
    std::string secret;
};

}  // namespace navette::sdk
