// Products and services.
#pragma once

#include "tests/standin/dolibarr_resource.hpp"

namespace navette::standin {

class Products final : public DolibarrResource {
  public:
    explicit Products(DolibarrEnvironment& environment);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    Checked<void> amend(Row& row, const boost::json::object& body) override;
    std::vector<UniqueKey> unique_keys(const Row& row) const override;
    boost::json::object show(const Row& row) const override;
    std::string label_of(const Row& row) const override;

  private:
    void settle_prices(Row& row) const;
};

}  // namespace navette::standin
