#include "protocol/json_schema/strings/ecma_pattern.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace mcp::json_schema {
namespace {

// The inside of a set: ECMA-262's WhiteSpace and LineTerminator.
constexpr std::wstring_view white_space =
    L"\\x{9}-\\x{D} \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}"
    L"\\x{3000}\\x{FEFF}";

struct refusal {
    std::string why;
};

bool is_digit(char32_t c)
{
    return c >= U'0' && c <= U'9';
}

class translation {
public:
    explicit translation(std::u32string source) : source_(std::move(source)) {}

    std::wstring run()
    {
        while (at_ < source_.size()) {
            char32_t const c = source_[at_++];
            if (c == U'\\')
                escape();
            else if (c == U'[')
                set();
            else if (c == U'(')
                group();
            else if (c == U'*' || c == U'+' || c == U'?' || (c == U'{' && counted()))
                quantifier(c);
            else if (c == U'{' || c == U'}' || c == U']')
                literal(c);
            else
                plain(c);
        }
        return std::move(out_);
    }

private:
    bool next_is(std::u32string_view text) const
    {
        return std::u32string_view(source_).substr(at_).starts_with(text);
    }

    void plain(char32_t c)
    {
        out_ += static_cast<wchar_t>(c);
        quantified_ = c == U'|' || c == U'^';
    }

    // Whatever the character means to Boost.
    void literal(char32_t c)
    {
        std::array<char, 8> digits{};
        auto const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), std::uint32_t(c), 16).ptr;
        out_ += L"\\x{";
        out_.append(digits.data(), end);
        out_ += L'}';
        quantified_ = false;
    }

    // After `{`: digits, perhaps a comma, perhaps digits, `}`.
    bool counted() const
    {
        auto i = at_;
        auto const digits = [&] {
            auto const start = i;
            while (i < source_.size() && is_digit(source_[i]))
                ++i;
            return i > start && i - start <= 5;
        };
        if (!digits())
            return false;
        if (i < source_.size() && source_[i] == U',') {
            ++i;
            if (i < source_.size() && is_digit(source_[i]) && !digits())
                return false;
        }
        return i < source_.size() && source_[i] == U'}';
    }

    void quantifier(char32_t first)
    {
        if (quantified_ || out_.empty())
            throw refusal{"has a quantifier with nothing to repeat"};
        out_ += static_cast<wchar_t>(first);
        if (first == U'{')
            do
                out_ += static_cast<wchar_t>(source_[at_]);
            while (source_[at_++] != U'}');
        if (next_is(U"?")) {
            out_ += L'?';
            ++at_;
        }
        quantified_ = true;  // a further `+` would be Perl's possessive
    }

    void group()
    {
        out_ += L'(';
        quantified_ = true;
        if (!next_is(U"?"))
            return;
        for (std::u32string_view const kind : {U"?:", U"?=", U"?!", U"?<=", U"?<!"}) {
            if (next_is(kind)) {
                out_.append(kind.begin(), kind.end());
                at_ += kind.size();
                return;
            }
        }
        if (!next_is(U"?<"))
            throw refusal{"has a group of a kind that is not known"};
        name();
    }

    // `?<name>`, or the `<name>` of \k.
    void name()
    {
        auto const end = source_.find(U'>', at_);
        if (end == std::u32string::npos)
            throw refusal{"has a group whose name does not end"};
        for (; at_ <= end; ++at_) {
            auto const c = source_[at_];
            bool const word = is_digit(c) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') ||
                              c == U'_' || c == U'<' || c == U'>' || c == U'?';
            if (!word)
                throw refusal{"has a group whose name is not letters and digits"};
            out_ += static_cast<wchar_t>(c);
        }
    }

    void escape()
    {
        if (auto const c = escaped_character()) {
            literal(*c);
            return;
        }
        char32_t const c = source_[at_++];
        quantified_ = false;
        if (c == U's')
            out_.append(L"[").append(white_space).append(L"]");
        else if (c == U'S')
            out_.append(L"[^").append(white_space).append(L"]");
        else if (std::u32string_view(U"dDwWbB").find(c) != std::u32string_view::npos)
            out_.append(L"\\").append(1, static_cast<wchar_t>(c));
        else if (c >= U'1' && c <= U'9')
            back_reference(c);
        else if (c == U'k' && next_is(U"<"))
            name_reference();
        else
            throw refusal{"has an escape that is not known or not supported"};
    }

    void back_reference(char32_t first)
    {
        out_.append(L"\\g{").append(1, static_cast<wchar_t>(first));
        if (at_ < source_.size() && is_digit(source_[at_]))
            out_ += static_cast<wchar_t>(source_[at_++]);
        out_ += L'}';
    }

    void name_reference()
    {
        out_ += L"\\k";
        name();
    }

    // After the backslash: a character, however it is written. Nothing, and nothing read, if the
    // escape is not one of a character.
    std::optional<char32_t> escaped_character()
    {
        if (at_ >= source_.size())
            throw refusal{"ends with a backslash"};
        char32_t const c = source_[at_];
        if (auto const control = std::u32string_view(U"tnvfr").find(c);
            control != std::u32string_view::npos) {
            ++at_;
            return U"\t\n\v\f\r"[control];
        }
        if (c == U'0' && !(at_ + 1 < source_.size() && is_digit(source_[at_ + 1]))) {
            ++at_;
            return U'\0';
        }
        if (c == U'x' || c == U'u' || c == U'c') {
            ++at_;
            return c == U'c' ? control_letter() : coded(c);
        }
        if (std::u32string_view(U"^$\\.*+?()[]{}|/-").find(c) != std::u32string_view::npos ||
            std::u32string_view(U"\"'!#%&,:;<=>@_`~ ").find(c) != std::u32string_view::npos) {
            ++at_;
            return c;
        }
        return std::nullopt;
    }

    char32_t control_letter()
    {
        auto const c = at_ < source_.size() ? source_[at_++] : U'\0';
        if (!((c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z')))
            throw refusal{"has a control escape without a letter"};
        return c % 32;
    }

    char32_t hexadecimal(std::size_t least, std::size_t most)
    {
        std::string digits;
        while (digits.size() < most && at_ < source_.size() && source_[at_] < 128 &&
               std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(source_[at_])) !=
                   std::string_view::npos)
            digits += static_cast<char>(source_[at_++]);
        if (digits.size() < least)
            throw refusal{"has an escape with too few hexadecimal digits"};
        std::uint32_t out = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
        return out;
    }

    // \xHH, \uHHHH (two of them may be a surrogate pair), \u{H…}.
    char32_t coded(char32_t kind)
    {
        if (kind == U'x')
            return hexadecimal(2, 2);
        if (next_is(U"{")) {
            ++at_;
            auto const out = hexadecimal(1, 8);
            if (!next_is(U"}") || out > 0x10FFFF)
                throw refusal{"has an escape of no code point"};
            ++at_;
            return out;
        }
        auto const first = hexadecimal(4, 4);
        if (first >= 0xD800 && first <= 0xDBFF && next_is(U"\\u")) {
            auto const before = at_;
            at_ += 2;
            auto const second = hexadecimal(4, 4);
            if (second >= 0xDC00 && second <= 0xDFFF)
                return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            at_ = before;
        }
        return first;
    }

    // After `[`.
    void set()
    {
        bool const negated = next_is(U"^");
        if (negated)
            ++at_;
        if (next_is(U"]")) {  // nothing, or anything
            ++at_;
            out_ += negated ? L"[\\x{0}-\\x{10FFFF}]" : L"[^\\x{0}-\\x{10FFFF}]";
            quantified_ = false;
            return;
        }
        out_ += negated ? L"[^" : L"[";
        while (!next_is(U"]")) {
            if (at_ >= source_.size())
                throw refusal{"has a set that does not end"};
            set_element();
        }
        ++at_;
        out_ += L']';
        quantified_ = false;
    }

    void set_element()
    {
        char32_t const c = source_[at_++];
        if (c == U'\\')
            set_escape();
        else if (c == U'-' && !next_is(U"]") && out_.back() != L'[' && out_.back() != L'^')
            out_ += L'-';
        else
            literal(c);
    }

    void set_escape()
    {
        if (next_is(U"b")) {
            ++at_;
            literal(U'\b');
            return;
        }
        if (auto const c = escaped_character()) {
            literal(*c);
            return;
        }
        char32_t const c = source_[at_++];
        if (c == U's')
            out_ += white_space;
        else if (std::u32string_view(U"SdDwW").find(c) != std::u32string_view::npos)
            out_.append(L"\\").append(1, static_cast<wchar_t>(c));
        else
            throw refusal{"has an escape that is not known or not supported"};
    }

    std::u32string source_;
    std::size_t at_ = 0;
    std::wstring out_;
    bool quantified_ = true;  // nothing stands here that could be repeated
};

}  // namespace

boost::system::result<std::wstring, invalid_pattern> for_boost(std::string_view source)
{
    try {
        return translation(code_points(source)).run();
    } catch (refusal const& r) {
        return invalid_pattern(r.why);
    }
}

}  // namespace mcp::json_schema
