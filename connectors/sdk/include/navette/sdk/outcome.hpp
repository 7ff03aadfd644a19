// What a platform did with one operation. Retry, dead letter, pause and link all follow from the kind alone.
#pragma once

#include <navette/sdk/task.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace navette::sdk {

enum class OutcomeKind {
    done,           // the platform holds the record as sent
    skipped,        // nothing to change, no effect wanted
    retry,          // a passing fault of this one operation; uses up an attempt
    unavailable,    // the platform as a whole is down or unreachable; uses up no attempt
    throttled,      // the account is over a limit; uses up no attempt
    rejected,       // permanent: the same data will be refused again
    needs_reauth,   // the credentials no longer work; jobs are held until a person renews them
    misconfigured,  // the account's or platform's set-up refuses every such call; jobs are held until it is
                    // mended
    gone,           // the remote record that was to be changed no longer exists
    conflict,       // the remote record is not ours, or was changed by somebody else
};

class Outcome {
  public:
    Outcome() : Outcome(OutcomeKind::retry, "the connector gave no outcome") {}

    static Outcome done(std::string remote_id, std::string remote_version = {}) {
        Outcome outcome(OutcomeKind::done, {});
        outcome.remote_id = std::move(remote_id);
        outcome.remote_version = std::move(remote_version);
        return outcome;
    }
    static Outcome skipped(std::string why) { return {OutcomeKind::skipped, std::move(why)}; }
    static Outcome retry(std::string why) { return {OutcomeKind::retry, std::move(why)}; }
    static Outcome unavailable(std::string why) { return {OutcomeKind::unavailable, std::move(why)}; }
    /// `after`: how long the platform asked to wait, where it said so.
    static Outcome throttled(std::string why, std::optional<std::chrono::milliseconds> after = {}) {
        Outcome outcome(OutcomeKind::throttled, std::move(why));
        outcome.retry_after = after;
        return outcome;
    }
    /// `field`: the local or remote field at fault, empty where the platform did not name one.
    static Outcome rejected(std::string why, std::string field = {}) {
        Outcome outcome(OutcomeKind::rejected, std::move(why));
        outcome.field = std::move(field);
        return outcome;
    }
    static Outcome needs_reauth(std::string why) { return {OutcomeKind::needs_reauth, std::move(why)}; }
    static Outcome misconfigured(std::string why) { return {OutcomeKind::misconfigured, std::move(why)}; }
    static Outcome gone(std::string why) { return {OutcomeKind::gone, std::move(why)}; }
    static Outcome conflict(std::string why) { return {OutcomeKind::conflict, std::move(why)}; }

    /// Marks that the platform may have carried out the operation although no answer came.
    [[nodiscard]] Outcome after_unknown_effect() && {
        maybe_applied = true;
        return std::move(*this);
    }

    [[nodiscard]] bool is_success() const {
        return kind == OutcomeKind::done || kind == OutcomeKind::skipped;
    }

    OutcomeKind kind;
    std::string message;         // the platform's own words, for the person who reads the log
    std::string remote_id;       // done: the platform's id of the record
    std::string remote_version;  // done: the platform's version or change mark, where it has one
    std::string field;           // rejected: the field at fault
    std::optional<std::chrono::milliseconds> retry_after;
    bool maybe_applied = false;

  private:
    Outcome(OutcomeKind outcome_kind, std::string why) : kind(outcome_kind), message(std::move(why)) {}
};

/// The kind's name as written to sync_logs: "done", "needs_reauth", ...
inline std::string_view to_string(OutcomeKind kind) {
    switch (kind) {
        case OutcomeKind::done:
            return "done";
        case OutcomeKind::skipped:
            return "skipped";
        case OutcomeKind::retry:
            return "retry";
        case OutcomeKind::unavailable:
            return "unavailable";
        case OutcomeKind::throttled:
            return "throttled";
        case OutcomeKind::rejected:
            return "rejected";
        case OutcomeKind::needs_reauth:
            return "needs_reauth";
        case OutcomeKind::misconfigured:
            return "misconfigured";
        case OutcomeKind::gone:
            return "gone";
        case OutcomeKind::conflict:
            return "conflict";
    }
    return "unknown";
}

}  // namespace navette::sdk
