// Agenda events: calls, meetings, notes, and what Dolibarr notes by itself.
#pragma once

#include "tests/standin/dolibarr_resource.hpp"

namespace navette::standin {

class Agenda final : public DolibarrResource {
  public:
    explicit Agenda(DolibarrEnvironment& environment);

    /// Adds what Dolibarr itself notes of a change; type_code AC_OTH_AUTO. No effect is counted.
    void add(const AutoEvent& event);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    boost::json::object show(const Row& row) const override;
};

}  // namespace navette::standin
