// Shopify's leaky bucket of points: what a request costs goes out, so many points come back each second.
#pragma once

#include <algorithm>
#include <chrono>

namespace navette::standin {

class ShopifyBucket {
  public:
    using Clock = std::chrono::steady_clock;

    ShopifyBucket(double size, double restore) : size_(size), restore_(restore), left_(size) {}

    /// Takes what a request may cost; false, taking nothing, where the bucket holds less.
    bool take(double cost, Clock::time_point now = Clock::now()) {
        refill(now);
        if (left_ < cost) {
            return false;
        }
        left_ -= cost;
        return true;
    }
    /// Gives back what it did not cost in the end.
    void give_back(double points) { left_ = std::min(size_, left_ + points); }

    [[nodiscard]] double size() const { return size_; }
    [[nodiscard]] double restore() const { return restore_; }
    [[nodiscard]] double left() const { return left_; }
    void reset() { left_ = size_; }

  private:
    void refill(Clock::time_point now) {
        const std::chrono::duration<double> passed = now - last_;
        left_ = std::min(size_, left_ + passed.count() * restore_);
        last_ = now;
    }

    double size_;
    double restore_;
    double left_;
    Clock::time_point last_ = Clock::now();
};

}  // namespace navette::standin
