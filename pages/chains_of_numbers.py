"""Exhibit: why does a gradient vanish or explode on its way back through time?"""

from dataclasses import replace

import streamlit as st

from models.chain import UNFOLDED
from playground import chaining, compute, controls
from playground import chaining_parts as parts
from playground.language import formula, say

st.title(say("Chains of numbers"))
st.markdown(say(chaining.ASKED))
factor_tab, network_tab, derivation_tab = controls.tabs("chain", chaining.TABS)

if factor_tab.open:
    with factor_tab:
        # Controls
        power = parts.ask_power()

        # Compute
        products = compute.products(power)

        # Figures
        st.markdown(chaining.headline(power, products))
        parts.show_products(power, products)

        # Explanation
        parts.ask_guess_of_product()
        st.subheader(say("The lectures' numbers, computed"))
        parts.show_checked()
        parts.ending("factor", chaining.NOTICE_FACTOR, chaining.TRY_FACTOR)

if network_tab.open:
    with network_tab:
        # Controls
        st.markdown(chaining.FORMULA)
        network = parts.ask_network()

        # Compute
        chain = compute.chained(network)

        # Figures
        st.latex(formula(chaining.product(chain)))
        st.markdown(f"{chaining.verdict_on(chain)} {chaining.badge(chain)}")
        parts.show_chain(chain)

        # Explanation
        parts.ask_guess_of_weight(network)
        parts.ending("network", chaining.NOTICE_RNN, chaining.TRY_RNN)

if derivation_tab.open:
    with derivation_tab:
        # Controls
        st.markdown(say(chaining.DERIVATION))
        network = parts.ask_network()
        target = parts.ask_target()

        # Compute
        unfolded = compute.chained(replace(network.first(UNFOLDED), target=target))

        # Explanation
        st.markdown(chaining.answer(unfolded))
        parts.unfold(unfolded, network.steps)
        parts.ending("derivation", chaining.NOTICE_DERIVATION, chaining.TRY_DERIVATION)
