// One bulk operation from its file to its results: Shopify carries one mutation out for each line of a file
// that was uploaded, by itself and at no cost in points.
#pragma once

#include "graphql.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace navette::shopify {

/// What Shopify runs over the lines.
struct BulkMutation {
    std::string_view object;    // the manifest's name: "customer"
    std::string_view document;  // one mutation whose variables a line holds
    std::string_view payload;   // that mutation's name: "customerSet"
};

/// How a bulk operation ended.
struct BulkEnd {
    enum class Kind {
        declined,  // it never began: nothing was carried out
        open,      // Shopify may still be carrying it out
        over,      // nothing more is carried out, however much was
    };
    Kind kind;
    Outcome why;                         // declined, open: the reason, for every record
    std::optional<std::string> results;  // over: the lines' results; nothing where they cannot be read
};

/// Uploads the lines, has the mutation run over them and waits for its end, a few minutes at most; then it is
/// cancelled. Remarks on whatever went wrong. A shop that takes no bulk operation is left alone for a while:
/// see takes_bulk().
[[nodiscard]] Task<BulkEnd> run_bulk(Session& session, BulkMutation mutation, std::string lines);

/// Whether no earlier run was refused or went wrong a short while ago.
[[nodiscard]] bool takes_bulk(const Session& session);

/// Ends what an earlier attempt, perhaps of another process, left running of this mutation: its lines would
/// overwrite what is written from now on. Nothing once none runs any more, which is remembered; else the
/// outcome of records that must wait for it.
[[nodiscard]] Task<std::optional<Outcome>> end_earlier_bulk(Session& session, BulkMutation mutation);

}  // namespace navette::shopify
