// A callable that is moved, not copied, so that it may own what it works on. (std::move_only_function comes with C++23.)
//
// What it holds lies inside it up to kUniqueFunctionInlineBytes: tasks and answers of the hot path cost no allocation.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace wk {

// Holds an answer's way back: a gateway, a connection's key, a number and a client id.
inline constexpr std::size_t kUniqueFunctionInlineBytes = 72;

template <typename Signature>
class UniqueFunction;

template <typename R, typename... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}
  template <typename F>
    requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  UniqueFunction(F&& function) {
    using Callable = std::decay_t<F>;
    if constexpr (kFitsInline<Callable>) {
      ::new (static_cast<void*>(room_)) Callable(std::forward<F>(function));
      operations_ = &kInline<Callable>;
    } else {
      ::new (static_cast<void*>(room_)) Callable*(new Callable(std::forward<F>(function)));
      operations_ = &kOnHeap<Callable>;
    }
  }
  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  UniqueFunction& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }
  ~UniqueFunction() { reset(); }

  // Requires: it holds something.
  R operator()(Args... args) { return operations_->call(room_, std::forward<Args>(args)...); }
  explicit operator bool() const { return operations_ != nullptr; }

 private:
  struct Operations {
    R (*call)(void* room, Args&&... args);
    // Moves the callable to raw memory and ends it here.
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* room) noexcept;
  };
  template <typename F>
  static constexpr bool kFitsInline = sizeof(F) <= kUniqueFunctionInlineBytes && alignof(F) <= alignof(std::max_align_t) &&
                                      std::is_nothrow_move_constructible_v<F>;
  template <typename F>
  static F* in(void* room) {
    return std::launder(static_cast<F*>(room));
  }
  template <typename F>
  static constexpr Operations kInline{
      [](void* room, Args&&... args) -> R { return (*in<F>(room))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        ::new (to) F(std::move(*in<F>(from)));
        in<F>(from)->~F();
      },
      [](void* room) noexcept { in<F>(room)->~F(); }};
  template <typename F>
  static constexpr Operations kOnHeap{
      [](void* room, Args&&... args) -> R { return (**in<F*>(room))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { ::new (to) F*(*in<F*>(from)); },
      [](void* room) noexcept { delete *in<F*>(room); }};

  void take(UniqueFunction& other) noexcept {
    if (other.operations_ == nullptr) return;
    other.operations_->move(other.room_, room_);
    operations_ = std::exchange(other.operations_, nullptr);
  }
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(room_);
  }

  const Operations* operations_ = nullptr;
  alignas(std::max_align_t) std::byte room_[kUniqueFunctionInlineBytes];
};

using Task = UniqueFunction<void()>;

}  // namespace wk
