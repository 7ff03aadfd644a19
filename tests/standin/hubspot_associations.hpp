// Associations between the records of a HubSpot account: both directions, each with its own type id.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/hubspot_records.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace navette::standin::hubspot {

/// One end of an association. The records outlive it.
struct End {
    Records& records;
    std::string id;
};

class Associations {
  public:
    explicit Associations(Effects& effects) : effects_(effects) {}

    /// Answers PUT .../associations/default/...: no label, harmless when repeated. The first company of a
    /// contact or a deal becomes its primary one by itself.
    Response put_default(const End& from, const End& to);
    /// Answers POST /crm/associations/V/{from}/{to}/batch/associate/default: at most 2000 pairs. Which of
    /// them failed, the errors do not tell.
    Response batch_default(Records& from, Records& to, std::string_view body);
    /// Answers GET .../associations/{to}.
    [[nodiscard]] Response list(const End& from, const ObjectType& to) const;
    /// Those of a record that goes into the recycle bin.
    void forget(const ObjectType& type, const std::string& id);
    void clear() { types_.clear(); }

  private:
    // From an object's record to another object: the other record's id and the types of the association.
    using Place = std::tuple<std::string_view, std::string, std::string_view>;

    Checked<boost::json::array> associate(const End& from, const End& to);
    bool add(const End& from, const End& to);

    Effects& effects_;
    std::map<Place, std::map<std::string, std::set<int>>> types_;
};

}  // namespace navette::standin::hubspot
