"""Writes src/model/language/fixtures/templates.json: templates with the prompts that transformers' environment makes of them.

Usage: python tools/oracle/make_template_fixtures.py   (pip install transformers==5.24.0 jinja2==3.1.6)
"""

import json
from datetime import datetime
from pathlib import Path
from unittest import mock

from transformers.utils import chat_template_utils

OUT = Path(__file__).parents[2] / "src/model/language/fixtures/templates.json"

SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
CHATS = [
    [{"role": "user", "content": "  What is 1+1?\n"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi Zoë 🌍"}],
    [{"role": "user", "content": "a"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nb "}, {"role": "user", "content": "c"}],
]
TOOLS = [{"type": "function", "function": {"name": "add", "description": "Adds 'x' & \"y\".", "parameters": {"type": "object", "properties": {"x": {"type": "number", "default": 1.5}}, "required": []}}}]
ARGS = [{}, {"enable_thinking": False, "tools": TOOLS, "greeting": "hé", "level": 3, "ratio": 0.5, "flag": True, "nothing": None}]

# Written in the style of common families; each tries what their templates use.
TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "qwen3": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(multi_step=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step and message.role == "user" and message.content is string and not(message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
        {%- set ns.multi_step = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role in ['user', 'system'] and not loop.first or message.role == "user" %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content %}
        {%- set reasoning = '' %}
        {%- if message.reasoning_content is defined and message.reasoning_content is not none %}
            {%- set reasoning = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "llama3": """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}""",
    "smollm3": """{# ───── defaults ───── #}
{%- if enable_thinking is not defined -%}
{%- set enable_thinking = true -%}
{%- endif -%}
{%- set mode = "/think" if enable_thinking else "/no_think" -%}
{%- if messages[0].role == "system" -%}
  {%- set custom = messages[0].content.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{{- "<|im_start|>system\\nToday Date: " ~ strftime_now("%d %B %Y") ~ "\\nMode: " ~ mode ~ "\\n" -}}
{%- if custom -%}{{ custom }}{% else %}{{ "Default." }}{% endif %}
{{- "<|im_end|>\\n" -}}
{%- for message in messages -%}
    {%- set content = message.content if message.content is string else "" -%}
    {%- if message.role == "user" -%}
        {{ "<|im_start|>" + message.role + "\\n"  + content + "<|im_end|>\\n" }}
    {%- elif message.role == "assistant" -%}
        {% generation %}
        {{- "<|im_start|>assistant\\n" + content.lstrip("\\n") + "<|im_end|>\\n" -}}
        {% endgeneration %}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<|im_start|>assistant\\n" }}{%- if not enable_thinking -%}{{ "<think>\\n\\n</think>\\n" }}{%- endif -%}{%- endif -%}""",
    "gemma": """{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\\n\\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\\n\\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}{{ item['text'] | trim }}{%- endfor -%}
    {%- endif -%}
    {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{'<start_of_turn>model\\n'}}{%- endif -%}""",
    "gemma1": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{{ '<start_of_turn>' + message['role'] + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}",
    "phi": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "granite": """{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content'] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set system_message = "Knowledge Cutoff Date: April 2024.\\nToday's Date: " + strftime_now('%B %d, %Y') + ".\\nYou are Granite." %}
    {%- if tools and documents %}
        {%- set system_message = system_message + " Tools and documents." %}
    {%- elif tools %}
        {%- set system_message = system_message + " Tools." %}
    {%- elif documents %}
        {%- set system_message = system_message + " Documents." %}
    {%- endif %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + system_message + '<|end_of_text|>\\n' }}
{%- if tools %}
    {{- '<|start_of_role|>tools<|end_of_role|>' }}
    {{- tools | tojson(indent=4) }}
    {{- '<|end_of_text|>\\n' }}
{%- endif %}
{%- for message in loop_messages %}
    {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>\\n' }}
    {%- if loop.last and add_generation_prompt %}
        {{- '<|start_of_role|>assistant' }}
            {%- if controls %}
                {{- ' ' + controls | tojson()}}
            {%- endif %}
        {{- '<|end_of_role|>' }}
    {%- endif %}
{%- endfor %}""",
    "mistral": """{%- if messages[0]["role"] == "system" %}{%- set system_message = messages[0]["content"] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for message in loop_messages | rejectattr("role", "equalto", "tool") | rejectattr("role", "equalto", "tool_results") | selectattr("tool_calls", "undefined") %}
    {%- if (message["role"] == "user") != ((loop.index0 % 2) == 0) %}{{- raise_exception("roles must alternate") }}{%- endif %}
{%- endfor %}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- else %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- endif %}
{%- endfor %}{{ user_messages | length }}""",
    "special": "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ unk_token }}|{{ cls_token }}|{{ sep_token is defined }}",
    "printing": "{{ none }} {{ true }} {{ false }} {{ [1, 'a', \"it's\", none, 1.5, true] }} {{ {'k': [1], 'b': {'x': none}} }} {{ (1, 2) }} {{ 1.0 }} {{ 10 / 4 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }} {{ 'é\\n\\t' }} {{ ['é\\n'] }} {{ missing }} {{ [missing] }}",
    "arguments": "{{ greeting }} {{ level }} {{ ratio }} {{ flag }} {{ nothing }} {{ enable_thinking }} {{ level is defined }} {{ tools is none }} {{ documents is defined }} {{ documents is none }}",
    "equality": "{{ '1' == 1 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ none == false }} {{ none == undefined_name }} {{ [] == [] }} {{ [1] == [1.0] }} {{ {'a': 1} == {'a': 1} }} {{ 'a' != 'b' }} {{ '' == none }} {{ 0 == '' }} {{ 'a' < 'b' }} {{ (1, 2) == [1, 2] }}",
    "strips": "[{{ '  a b ' .strip() }}][{{ 'xxaxx'.strip('x') }}][{{ 'abcba'.lstrip('ab') }}][{{ '\\n\\na\\n'.rstrip('\\n') }}][{{ '\\ufeff a\\x1c'.strip() }}][{{ 'xax' | trim('x') }}][{{ '--a'.removeprefix('-') }}][{{ 'a.txt'.removesuffix('.txt') }}]",
    "strings": "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a-b-c'.rsplit('-', 1) }} {{ 'Ab cD'.title() }} {{ 'ab cd-ef' | title }} {{ 'aB'.capitalize() }} {{ 'aXbX'.replace('X', '$&', 1) }} {{ 'abc'.find('c') }} {{ 'a\\nb\\n'.splitlines() }} {{ ', '.join(['a', 'b']) }} {{ 'abc'[1] }} {{ 'abc'[-1] }} {{ 'abc'[::-1] }} {{ 'a🌍b'[1] }} {{ 'a🌍b' | length }} {{ '12'.isdigit() }} {{ 'ab' * 2 }} {{ 'b' in 'abc' }} {{ 'aba'.count('a') }}",
    "lists": "{{ [3, 1, 2] | sort }} {{ [3, 1, 2] | sort(reverse=true) | join('-') }} {{ ['b', 'A'] | sort }} {{ [1, 2, 3][1:] }} {{ [1, 2, 3][:-1] }} {{ [1, 2, 3, 4][::2] }} {{ [1] + [2] }} {{ [1, 2] | first }} {{ [] | first }} {{ [1, 2] | last }} {{ [1, 1, 2] | unique | list }} {{ [1, 2] | sum }} {{ [1, 5] | max }} {{ ['a', 'B'] | map('upper') | list }} {{ [1, none, 2] | select | list }} {{ range(3) | list }} {{ range(1, 7, 2) | list }} {{ [1, 2] | reverse | list }} {{ 2 in [1, 2] }} {{ 2 not in [1, 2] }} {{ [[1, 2], [3]] | map('length') | list }}",
    "dicts": "{% set d = {'b': 1, 'a': [1, 2], 'items': 3} %}{{ d.b }} {{ d['a'] }} {{ d.get('x') }} {{ d.get('x', 5) }} {% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %} {{ d | dictsort }} {{ d | length }} {{ 'b' in d }} {{ d.keys() | list }} {{ d['items'] }} {{ d.missing is defined }} {% for k in d %}{{ k }}{% endfor %} {{ dict(a=1, b='x') }} {{ d | items | list }}",
    "json": "{{ {'a': [1, 2.0, none, true, 'é\"\\n'], 'b': {}, 'c': []} | tojson }} {{ {'b': 1, 'a': 'é'} | tojson(ensure_ascii=true, sort_keys=true) }} {{ {'a': [1, {'b': 2}]} | tojson(indent=2) }} {{ [1, 2] | tojson(separators=(',', ':')) }} {{ '<&>\\'' | tojson }} {{ 1.5 | tojson }}",
    "loops": "{% for x in [1, 2, 3, 4] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ loop.index }}/{{ loop.length }}{{ loop.first }}{{ loop.last }}{{ loop.previtem }}{{ loop.cycle('a', 'b') }};{% endfor %}{% for x in [] %}x{% else %}none{% endfor %}{% for x in [1, 2, 3] if x is odd %}{{ x }}{{ loop.revindex }}{% endfor %}{% for a, b in [(1, 2), [3, 4]] %}{{ a + b }},{% endfor %}",
    "scopes": "{% set x = 'o' %}{% for i in [1, 2] %}{% if i == 1 %}{% set x = 'i' %}{% endif %}[{{ x }}]{% endfor %}{{ x }}{% for i in [1, 2] %}[{{ y }}]{% set y = i %}{% endfor %}{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{% if true %}{% set z = 'if' %}{% endif %}{{ z }}{% set block %}a{{ x }}b{% endset %}{{ block | upper }}",
    "macros": "{% macro m(a, b='B', c=none) %}({{ a }}{{ b }}{{ c }}){% endmacro %}{{ m('x') }}{{ m('x', c=1) }}{{ m('x', 'y', 'z') }}{% macro outer() %}<{{ caller() }}>{% endmacro %}{% call outer() %}in{% endcall %}{% filter upper %}abc{% endfilter %}{{ m(1) | length }}",
    "tests": "{{ 1 is number }} {{ 'a' is string }} {{ {} is mapping }} {{ [] is iterable }} {{ 'a' is iterable }} {{ none is none }} {{ x is undefined }} {{ 3 is odd }} {{ 1.0 is integer }} {{ 1.0 is float }} {{ true is boolean }} {{ true is number }} {{ 'abc' is lower }} {{ {} is sequence }} {{ not x }} {{ x is not defined }} {{ false is false }}",
    "defaults": "{{ x | default('d') }} {{ '' | default('d', true) }} {{ none | default('d') }} {{ 'a' if false }}| {{ 'a' if true else 'b' }} {{ x or 'y' }} {{ '' or none }} {{ 1 and 'b' }} {{ '3' | int + 1 }} {{ 'x' | int(7) }} {{ 3.7 | int }} {{ '2.5' | float }} {{ 'a' ~ 1 ~ none }} {{ -3 | abs }} {{ x | length }} {{ 'a\\nb' | indent(2) }} {{ 'a\\n\\nb' | indent(2, true) }}",
    "whitespace": "  {% if true %}\n  a\n  {% endif %}\n{# note #}\n  b {{- ' c ' -}}  d\n\t{%- set x = 1 %}\n\n  {{ x }}\n{% for i in [1,2] -%}\n  {{ i }}\n{%- endfor %}\nend\n\n",
    "carriage": "a\r\n{% if true %}\r\nb\r{% endif %}c",
    "generation": "{% for m in messages %}{% generation %}\n{{ m.content }}\n{% endgeneration %}\n{%- generation -%} x {%- endgeneration -%} y{% endfor %}",
    "error": "{{ undefined_name.attribute }}",
    "sum error": "{{ 'a' + 1 }}",
    "date": "{{ strftime_now('%Y-%m-%d %A %a %B %b %y %-d %j') if false else strftime_now('%Y-%m-%d %A %a %B %b %y %H:%M') }}",
}


def main():
    cases = []
    clock = mock.Mock(wraps=datetime)
    clock.now = lambda: datetime(2026, 3, 5)
    with mock.patch.object(chat_template_utils, "datetime", clock):
        for name, template in TEMPLATES.items():
            for chat in CHATS:
                for args in ARGS:
                    given = {**SPECIAL, **{key: value for key, value in args.items() if key != "tools"}}
                    try:
                        rendered, _ = chat_template_utils.render_jinja_template(
                            [chat], tools=args.get("tools"), chat_template=template, add_generation_prompt=True, **given
                        )
                        text = rendered[0]
                    except Exception:  # as a template rejects a prompt
                        text = None
                    cases.append([name, CHATS.index(chat), ARGS.index(args), text])
    content = {"special": SPECIAL, "date": "2026-03-05", "chats": CHATS, "args": ARGS, "templates": TEMPLATES, "cases": cases}
    OUT.write_text(json.dumps(content, indent=1) + "\n")
    print(len(cases), "cases,", sum(text is None for *_, text in cases), "rejected")


if __name__ == "__main__":
    main()
