// Projects, which are Dolibarr's deals when `usage_opportunity` is set.
#pragma once

#include "tests/standin/dolibarr_resource.hpp"

namespace navette::standin {

class Projects final : public DolibarrResource {
  public:
    explicit Projects(DolibarrEnvironment& environment);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    std::vector<UniqueKey> unique_keys(const Row& row) const override;
    std::optional<Checked<Action>> action(const Call& call) override;
    std::string label_of(const Row& row) const override;
};

}  // namespace navette::standin
