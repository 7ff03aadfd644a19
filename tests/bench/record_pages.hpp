// A platform of any number of contacts that holds none of them: each page is made when it is asked for, the
// same each time.
#pragma once

#include "tests/bench/http_sink.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace navette::bench {

class RecordPages {
  public:
    /// Contacts with the ids 1 to `count`.
    explicit RecordPages(long count);

    [[nodiscard]] std::string url() const { return sink_.url(); }
    /// Requests so far: pages, and writes of any kind.
    [[nodiscard]] std::uint64_t pages() const { return pages_.load(); }
    [[nodiscard]] std::uint64_t writes() const { return writes_.load(); }

    /// The records after that id, at most `limit`, as the page that the platform answers with.
    [[nodiscard]] std::string page(long after, long limit) const;

    /// SQL: the fields of contact n as a jsonb, in the platform's names and in local ones.
    [[nodiscard]] static std::string remote_fields_sql();
    [[nodiscard]] static std::string local_fields_sql();

  private:
    SinkAnswer answer(const SinkRequest& request);

    long count_;
    std::atomic<std::uint64_t> pages_ = 0;
    std::atomic<std::uint64_t> writes_ = 0;
    HttpSink sink_;  // last: it answers from its first moment on
};

}  // namespace navette::bench
