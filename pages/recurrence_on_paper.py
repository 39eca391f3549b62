"""Exhibit: what does a recurrent network compute, and why does the order of its inputs matter?"""

import streamlit as st

from models.paper import LARGEST, LECTURE, LONGEST, Network, Scalar
from playground import compute, controls, figures, on_paper, showing, typed
from playground.graph import asked, graph
from playground.language import formula, said_all, say

st.title(say("Recurrence on paper"))
st.markdown(say(on_paper.ASKED))
network_tab, number_tab = controls.tabs("paper", ["Xu's network", "One number"])

if network_tab.open:
    with network_tab:
        # Controls
        with st.container(horizontal=True, gap="medium", key="paper_controls"):
            with st.container(width=340, key="paper_reads"):
                inputs = typed.ask_sequence("paper_inputs", "Inputs", LECTURE, longest=LONGEST, largest=LARGEST)
                squash = typed.ask_squash("paper", "squash", "Squashing φ of the memory", "identity")
            w_x, w_h, w_y = typed.ask_matrices("paper", on_paper.MATRICES, 2, 2, value=1.0, largest=LARGEST)
        st.markdown(say(on_paper.EQUATIONS))
        network = Network(w_x, w_h, w_y, squash)

        # Compute
        solution = compute.solve(network, inputs)

        # Figures
        nodes, edges, stops, captions = on_paper.drawing(solution)
        if wrong := asked(nodes, stops, key="paper_graph"):
            st.warning(wrong)
        graph(nodes, edges, stops, key="paper_graph", captions=captions, number=on_paper.FIRST_LOOK)

        # Explanation
        st.subheader(say("Does the order matter?"))
        if swap := typed.ask_swap("paper", len(inputs)):
            orders = compute.both_orders(network, inputs, swap)
            asked_swap = on_paper.question(orders, swap)
            st.markdown(asked_swap)
            guess, shown = typed.ask_guess(
                "paper", asked_swap, say("Swap them in the drawing"), paper_inputs=orders.after.inputs.tolist()
            )
            if shown:
                controls.answer("paper_guess", on_paper.graded(guess, orders.after))
                table = on_paper.comparison(orders)
                showing.table(table, hide_index=True, alt=say("Inputs and outputs in both orders"))
                st.markdown(on_paper.order_matters(orders))
        st.subheader(say("What to notice"))
        st.markdown(say(on_paper.NOTICE_NETWORK))
        st.subheader(say("Two things to try"))
        typed.attempts("paper", on_paper.TRY_NETWORK)

if number_tab.open:
    with number_tab:
        # Controls
        with st.container(horizontal=True, gap="medium", key="paper_scalar"):
            squash = typed.ask_squash("paper", "one_squash", "Squashing φ", "tanh")
            feed = controls.choice("paper", "one_input", "Input", on_paper.FEEDS, "impulse")
        scalar = Scalar(squash, *typed.ask_sliders("paper_one", on_paper.SLIDERS), constant=feed == "constant")

        # Compute
        orbit = compute.scalar(scalar)
        settled = compute.settled(scalar.nonlinearity, scalar.push)

        # Figures
        st.latex(formula(on_paper.formula(scalar)))
        st.markdown(on_paper.ended(scalar, orbit))
        ends, here = (settled.even, settled.odd), (scalar.w_h, orbit.ends)
        titles, dark = said_all(on_paper.TITLES), controls.dark()
        pictures = {
            "orbit": figures.orbit(orbit.values, titles["orbit"], dark=dark, say=say),
            "settled": figures.settled(settled.w_h, ends, here, titles["settled"], dark=dark, say=say),
        }
        for column, (name, picture) in zip(st.columns(2), pictures.items(), strict=True):
            showing.chart(picture, key=f"paper_{name}", alt=say(on_paper.ALT[name]), where=column)

        # Explanation
        st.markdown(on_paper.passing_one(settled, scalar.nonlinearity))
        st.subheader(say("What to notice"))
        st.markdown(say(on_paper.NOTICE_NUMBER))
        st.subheader(say("Two things to try"))
        typed.attempts("paper", on_paper.TRY_NUMBER)
