// The file that a bulk query wrote, on another host: fetched in pieces of a few megabytes, which stay in
// memory until their records were handed out.
#pragma once

#include "graphql.hpp"
#include "read_objects.hpp"
#include "sweep.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace navette::shopify {

struct FilePage {
    std::vector<json::object> records;
    std::int64_t next = 0;  // the offset of the record behind them
    bool is_end = false;    // there is none
};

struct FileTrouble {
    Outcome why;
    bool is_for_good = false;  // the file is of no use any more; else a later call may get on
};

/// The records from `place.offset` on, `most` at most. Any process can go on at the offset of another one.
[[nodiscard]] Task<std::expected<FilePage, FileTrouble>> read_file(
    Session& session, Object object, BulkPlace place, int most
);

/// Where the file is, as somebody just saw; empty where nothing was found. read_file() asks for it otherwise.
void remember_address(Session& session, const Object& object, const std::string& id, const std::string& url);

/// What is in memory of such a file is given up.
void forget_file(Session& session, const Object& object);

}  // namespace navette::shopify
