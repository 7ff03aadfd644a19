// What really happened on the stand-in's platform, counted. A test asserts on these, not on what navette
// believes.
#pragma once

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::standin {

/// One committed create, by the keys it can be recognised by: {"ref", "LU1"}, {"ref_ext", "lumira-1"}.
using RecordKeys = std::vector<std::pair<std::string, std::string>>;

class Effects {
  public:
    /// The kinds of records appear in the report from the start, with zeros.
    explicit Effects(std::vector<std::string> kinds);

    /// A request arrived; `endpoint` is its pattern ("POST /orders/{id}/validate").
    void request(const std::string& endpoint);
    void created(const std::string& kind, const RecordKeys& keys);
    /// Any other committed change ("update", "delete", "validate", ...) that really changed something.
    void changed(const std::string& kind, const std::string& action);
    void deadlock() { ++deadlocks_; }
    void duplicate_refused() { ++duplicates_refused_; }
    /// That many writes of one kind are open at this moment; the report tells the highest.
    void open_writes(const std::string& kind, std::size_t count);

    /// {"<kind>":{"creates":n,"by_ref":{..},"by_<key>":{..},"changes":{..}},"requests":n,"by_endpoint":{..},
    ///  "deadlocks":n,"duplicates_refused":n,"in_flight_peak":{"<kind>":n}}
    boost::json::object report() const;
    void reset();

  private:
    using Counts = std::map<std::string, std::uint64_t>;
    struct Kind {
        std::uint64_t creates = 0;
        std::map<std::string, Counts> by_key;
        Counts changes;
        std::size_t peak = 0;
    };

    std::map<std::string, Kind> kinds_;
    Counts by_endpoint_;
    std::uint64_t requests_ = 0;
    std::uint64_t deadlocks_ = 0;
    std::uint64_t duplicates_refused_ = 0;
};

}  // namespace navette::standin
