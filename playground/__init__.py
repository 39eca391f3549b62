"""The playground: a Streamlit app around the models; what the pages share."""
